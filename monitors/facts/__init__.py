"""What a text states, in a form that is compared across languages and scripts.

Pure functions over text: terms, names, places, numbers, ordinals, dates, and the words that
tell stage, direction and tone. Every finding can be shown to a person as it was written.
"""

from monitors.facts.extract import facts_of

__all__ = ["facts_of"]
