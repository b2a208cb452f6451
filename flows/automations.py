"""``python -m flows.automations FILE``: the automations of a file, on the Prefect server.

The file is ``deploy/automations.yaml`` or one like it. An automation is known by its name: one
that is there already is brought up to date, so the command can be repeated. In the file an
action names a deployment as ``flow/deployment`` instead of by its id.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flows.server import CLIENT, SETTINGS, say
from monitors.errors import ConfigError, TidingsError

USAGE = "usage: python -m flows.automations deploy/automations.yaml"


def main() -> None:
    """Create or update the automations of a file."""
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.stderr.write(f"{USAGE}\n")
        sys.exit(2)
    for name, value in (SETTINGS | CLIENT).items():
        os.environ.setdefault(name, value)
    os.environ.setdefault("PREFECT_API_URL", "http://127.0.0.1:4200/api")
    try:
        for line in asyncio.run(apply(Path(sys.argv[1]))):
            say(line)
    except TidingsError as error:
        sys.stderr.write(f"tidings: {' '.join(str(error).split())}\n")
        sys.exit(2 if isinstance(error, ConfigError) else 1)


async def apply(path: Path) -> list[str]:
    """Bring the server's automations in line with the file.

    :returns: a line for each
    :raises ConfigError: the file cannot be used
    :raises TidingsError: the server cannot be asked, or a deployment is not there
    """
    # Imported late: Prefect reads its settings when it is imported.
    import httpx
    from prefect.client.orchestration import get_client
    from prefect.exceptions import ObjectNotFound

    wanted = _read(path)
    try:
        async with get_client() as client:
            lines = []
            for plain in wanted:
                for action in plain["actions"]:
                    if name := action.pop("deployment", None):
                        deployment = await client.read_deployment_by_name(name)
                        action |= {"source": "selected", "deployment_id": str(deployment.id)}
                lines.append(await _put(client, plain))
            return lines
    except ObjectNotFound:
        raise TidingsError(
            f"deployment {name}",
            "the Prefect server does not know it",
            "Start `make run` first, or deploy deploy/prefect.yaml",
        ) from None
    except (httpx.HTTPError, OSError) as error:
        raise TidingsError(
            "the Prefect server",
            f"it cannot be asked ({type(error).__name__})",
            "Name it in PREFECT_API_URL, and its login in PREFECT_API_AUTH_STRING",
        ) from None


async def _put(client: Any, plain: Mapping[str, Any]) -> str:
    from prefect.events.schemas.automations import AutomationCore

    automation = AutomationCore.model_validate(plain)
    known = await client.read_automations_by_name(automation.name)
    for copy in known[1:]:
        await client.delete_automation(copy.id)
    if known:
        # What a person switched off stays off.
        automation = automation.model_copy(update={"enabled": known[0].enabled})
        await client.update_automation(known[0].id, automation)
        return f"brought up to date: {automation.name}"
    await client.create_automation(automation)
    return f"created: {automation.name}"


def _read(path: Path) -> list[dict[str, Any]]:
    """The automations of the file, checked.

    :raises ConfigError: it cannot be read, or one of them cannot be right
    """
    from pydantic import TypeAdapter, ValidationError
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        plain = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
        form = TypeAdapter(dict[str, list[dict[str, Any]]])
        found = form.validate_python(plain)["automations"]
        for one in found:
            if not one.get("name") or not isinstance(one.get("actions"), list):
                raise KeyError("name, actions")
    except OSError as error:
        raise ConfigError(str(path), f"it cannot be read: {error.strerror}") from None
    except (YAMLError, ValidationError, KeyError, UnicodeDecodeError):
        raise ConfigError(
            str(path),
            "it does not hold a list `automations` with a name and actions for each",
            "Begin with deploy/automations.yaml",
        ) from None
    return found


if __name__ == "__main__":
    main()
