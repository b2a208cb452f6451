"""What was told, as a web site of plain files; and how good it was.

The room reads the store, composes pages and writes them. It fetches nothing, and what it
writes loads nothing from elsewhere.
"""
