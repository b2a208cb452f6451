"""Tidings on Prefect: the only package that imports it.

Thin: each flow opens a desk, calls the same steps as :mod:`monitors.pipeline`, and shows
what happened. ``python -m flows`` serves everything on one machine.
"""
