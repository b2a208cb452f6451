"""Alembic migrations, run by :mod:`monitors.store.migrate`.

A new one is a file ``versions/v000N_what_it_does.py`` whose ``down_revision`` is the
newest before it. A test compares the migrated schema with ``tables.py``.
"""
