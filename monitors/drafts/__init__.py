"""A topic before it is saved: articles to learn from, a draft, and writing it down.

``tidings topic new`` asks; this room finds, proposes and writes.
"""
