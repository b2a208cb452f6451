"""Why an article did or did not alert, for people: what ``tidings explain`` and the pages of
the report say. Reads what is stored; decides nothing.
"""
