"""What fits, what is new, and what matters. Pure: values in, values and reasons out.

Nothing here reads a clock, a file or a network, and nothing here knows of the rooms around
it: only ``monitors.model`` and numpy are imported.
"""
