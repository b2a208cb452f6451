"""From answers to lessons: gathered, proposed, replayed, in force.

::

    answers ─► what readers said of each article ─► proposals ─► replays ─► active or refused
    gathering.py                    decide/lessons.py    trying.py    teaching.py

Only :mod:`monitors.lessons.force` is used while news are watched: it gives a watch list what
is in force. All else runs in ``tidings maintain``, in the maintain flow and in
``tidings learn``.
"""
