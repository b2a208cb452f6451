"""The revisions of the schema, without importing Alembic or SQLAlchemy."""

from __future__ import annotations

from pathlib import Path

_VERSIONS = Path(__file__).parent / "migrations" / "versions"


def newest() -> str:
    """The revision that this version of Tidings works with."""
    return revisions()[-1]


def revisions() -> list[str]:
    """All revisions in their order: the names of the migrations' files begin with them."""
    return sorted(path.name.split("_")[0] for path in _VERSIONS.glob("v[0-9]*.py"))
