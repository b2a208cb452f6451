"""Tidings: watches the news and tells a channel, once, what is significant and new."""

__version__ = "0.1.0"
