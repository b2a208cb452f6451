"""The documentation says what the code does: commands, settings, modules, links, snippets."""

from __future__ import annotations

import ast
import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from slack_sdk import WebClient

from flows.server import SETTINGS
from monitors.cli.app import app
from monitors.model import DeliveryState, Reason
from monitors.settings import Settings
from monitors.watchlist import KINDS, problems

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
OPERATING = (ROOT / "docs" / "operating.md").read_text("utf-8")
ROOMS = (ROOT / "docs" / "rooms.md").read_text("utf-8")
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]

SCOPES = {
    "chat:write",
    "channels:read",
    "channels:history",
    "groups:read",
    "groups:history",
    "files:write",
}
CALLS: dict[str, set[str]] = {
    "apps_connections_open": set(),  # an app-level token with connections:write
    "auth_test": set(),
    "chat_postMessage": {"chat:write"},
    "chat_update": {"chat:write"},
    "conversations_history": {"channels:history", "groups:history"},
    "conversations_list": {"channels:read", "groups:read"},
    "conversations_replies": {"channels:history", "groups:history"},
    "files_upload_v2": {"files:write"},
}
"""Methods of Slack's Web API that are called, and the bot scopes that Slack asks for each."""
SECTIONS = {
    "sources": "sources: [{name: S, kind: feed, url: 'https://example.org/feed'}]\n",
    "topics": "topics: {t: {name: T, description: Something happens.}}\n",
}


def snippets(text: str, language: str) -> Iterator[str]:
    """Fenced blocks of a language, without the indentation of a list that they are in."""
    for indent, block in re.findall(
        rf"^( *)```{language}\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL
    ):
        yield re.sub(rf"^{indent}", "", block, flags=re.MULTILINE)


def yaml(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the first table after ``heading``, without its head."""
    section = text.split(f"\n{heading}\n", 1)[1]
    table = re.search(r"(?:^\|.*\n)+", section, re.MULTILINE)
    assert table is not None
    lines = table[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def anchors(page: Path) -> set[str]:
    """The anchors that a Markdown viewer gives to the headings of ``page``."""
    found = set()
    for heading in re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE):
        words = re.sub(r"[^\w\- ]", "", heading.lower())
        found.add(words.replace(" ", "-"))
    return found


def test_readme_lists_the_commands_as_the_program_does() -> None:
    commands = [
        [f"`tidings {c.name or c.callback.__name__}`", (c.callback.__doc__ or "").split("\n")[0]]
        for c in app.registered_commands
        if c.callback is not None
    ]
    commands += [
        [
            f"`tidings {group.typer_instance.info.name} {c.callback.__name__}`",
            (c.callback.__doc__ or "").split("\n")[0],
        ]
        for group in app.registered_groups
        if group.typer_instance is not None
        for c in group.typer_instance.registered_commands
        if c.callback is not None
    ]
    assert commands
    assert rows(README, "## Commands") == commands


def test_readme_explains_every_reason() -> None:
    explained = re.findall(r"^\| `([a-z ]+)` \|", README, re.MULTILINE)
    assert {reason.value for reason in Reason} <= set(explained)


def test_every_setting_is_in_operating_and_in_the_example() -> None:
    named = [row[0].strip("`") for row in rows(OPERATING, "## Settings")]
    variables = [str(field.validation_alias) for field in Settings.model_fields.values()]
    assert sorted(named) == sorted(variables)
    example = (ROOT / ".env.example").read_text("utf-8")
    assert set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)) == set(variables)


def test_settings_table_has_the_true_defaults() -> None:
    for name, default, _ in rows(OPERATING, "## Settings"):
        field = next(
            f for f in Settings.model_fields.values() if f.validation_alias == name.strip("`")
        )
        shown = "none" if field.default in (None, "", ()) else f"`{field.default}`"
        assert default == shown, name


def test_every_state_of_a_message_is_in_operating() -> None:
    states = [row[0].strip("`") for row in rows(OPERATING, "## The outbox")]
    assert states == [state.value for state in DeliveryState]


def test_every_module_is_on_the_map() -> None:
    modules = {
        path.relative_to(ROOT).as_posix()
        for room in ("flows", "monitors")
        for path in (ROOT / room).rglob("*.py")
    }
    named = set(re.findall(r"`((?:flows|monitors)/[\w/]+\.py)`", ROOMS))
    assert modules - named == set(), "docs/rooms.md does not name them"
    assert named - modules == set(), "docs/rooms.md names what is not there"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    text = re.sub(
        r"^( *)```.*?^\1```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?://", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


def test_files_that_pages_name_are_there() -> None:
    for page in PAGES:
        for path in re.findall(
            r"`((?:monitors|flows|tools|tests|benchmarks|deploy|docs)/[\w./-]*\w)`",
            page.read_text("utf-8"),
        ):
            example = re.search(r"your|/NAME|/xx|v000N", path)
            assert example or (ROOT / path).exists(), f"{page.name}: {path}"


@pytest.mark.parametrize(
    "snippet",
    [s for s in snippets(README, "yaml") if re.search(r"^(?:sources|topics):", s, re.MULTILINE)],
    ids=lambda snippet: snippet.split(":")[0],
)
def test_watch_list_snippets_load(snippet: str, tmp_path: Path) -> None:
    (tmp_path / "snippet.yaml").write_text(snippet, encoding="utf-8")
    others = [text for key, text in SECTIONS.items() if key not in yaml(snippet)]
    (tmp_path / "rest.yaml").write_text("".join(others), encoding="utf-8")
    assert problems(tmp_path) == []


def test_shipped_watch_lists_load() -> None:
    assert problems(ROOT / "watch.yaml") == []
    assert problems(ROOT / "monitors" / "cli" / "starter" / "watch.yaml") == []
    guide = (ROOT / "docs" / "guide" / "add-a-source.md").read_text("utf-8")
    assert all(f"{kind}" in guide for kind in KINDS)


def test_the_manifest_asks_for_the_scopes_that_the_guide_explains() -> None:
    manifest = (ROOT / "deploy" / "slack-manifest.yaml").read_text("utf-8")
    scopes = yaml(manifest)["oauth_config"]["scopes"]
    assert set(scopes) == {"bot"}
    assert set(scopes["bot"]) == SCOPES
    guide = (ROOT / "docs" / "guide" / "connect-slack.md").read_text("utf-8")
    explained = re.findall(r"^ *\| (`.*?) \|", guide, re.MULTILINE)
    assert set(re.findall(r"`([\w:]+)`", " ".join(explained))) == SCOPES
    assert yaml(manifest)["features"]["bot_user"]["display_name"] == "tidings"
    assert yaml(manifest)["settings"]["socket_mode_enabled"] is True


def test_each_scope_has_a_call_that_needs_it_and_each_call_its_scope() -> None:
    called = set()
    for path in (ROOT / "monitors" / "alerts" / "notify").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and "client" in ast.unparse(node.value):
                called.add(node.attr)
    calls = called & set(dir(WebClient))
    assert calls, "no call was found"
    assert calls == set(CALLS)
    assert set().union(*CALLS.values()) == SCOPES


def test_make_targets_that_pages_name_are_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for page in PAGES:
        text = page.read_text("utf-8")
        spoken = re.findall(r"(?:`|^)make ([a-z-]+)", text, re.MULTILINE)
        assert set(spoken) <= targets, page.name


def test_work_pool_deployments_are_those_that_run_serves() -> None:
    served = {}
    for call in _deployments():
        keywords = {k.arg: k.value for k in call.keywords}
        flow = ast.unparse(call.func).split(".")[0]
        served[ast.literal_eval(keywords["name"])] = (
            f"flows.{flow}.{flow}",
            ast.literal_eval(keywords["description"]),
            ast.unparse(keywords["schedule"]) if "schedule" in keywords else None,
            "concurrency_limit" in keywords,
        )
    file = yaml((ROOT / "deploy" / "prefect.yaml").read_text("utf-8"))
    pooled = {
        entry["name"]: (
            entry["entrypoint"],
            entry["description"],
            _schedule(entry["schedules"][0]) if "schedules" in entry else None,
            "concurrency_limit" in entry,
        )
        for entry in file["deployments"]
    }
    assert pooled == served


def _deployments() -> list[ast.Call]:
    # Read, not imported: importing Prefect takes longer than all tests of this file.
    tree = ast.parse((ROOT / "flows" / "schedules.py").read_text("utf-8"))
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".to_deployment")
    ]


def _schedule(written: dict[str, Any]) -> str:
    if "interval" in written:
        minutes, rest = divmod(written["interval"], 60)
        assert rest == 0
        return f"Interval(timedelta(minutes={minutes}))"
    return f"Cron({written['cron']!r}, timezone={written['timezone']!r})"


def test_compose_gives_the_server_the_settings_that_it_needs() -> None:
    services = yaml((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))["services"]
    environment = services["prefect"]["environment"]
    assert {name: environment.get(name) for name in SETTINGS} == SETTINGS
    assert all(port.startswith("127.0.0.1:") for port in services["prefect"]["ports"])
    assert "ports" not in services["tidings"]


def test_the_picture_is_there_and_can_be_drawn() -> None:
    drawn = runpy.run_path(str(ROOT / "tools" / "make_pictures.py"))["picture"]()
    kept = (ROOT / "docs" / "alert.svg").read_text("utf-8")
    for picture in (drawn, kept):
        assert "New&#160;story" in picture
        assert "New&#160;step" in picture
        assert "url(&quot;http" not in picture
        assert 'url("http' not in picture


def test_pre_commit_downloads_nothing() -> None:
    file = yaml((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    assert [repo["repo"] for repo in file["repos"]] == ["local"]
    hooks = file["repos"][0]["hooks"]
    assert {hook["language"] for hook in hooks} == {"system"}
    assert [hook["entry"].split()[0] for hook in hooks] == [
        f".venv/bin/{tool}" for tool in ("ruff", "ruff", "mypy", "lint-imports")
    ]
