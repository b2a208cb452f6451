"""docs/new-topic.md is a session of the program as it is."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from monitors.cli import drafting
from monitors.watchlist import problems

PAGE = (Path(__file__).parents[3] / "docs" / "new-topic.md").read_text("utf-8")
SESSION, AFTER, LATER, OUTBOX = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)


def test_every_question_is_in_the_session() -> None:
    code = inspect.getsource(drafting)
    questions = re.findall(r'_(?:ask|optional)\(\s*"([^"]+)"', code)
    assert len(questions) == 9
    # The name is asked first; words that are not looked for again end the search.
    assert [q for q in questions if q not in SESSION] == []


def test_what_the_session_adds_is_a_topic(tmp_path: Path) -> None:
    added = [line[1:] for line in SESSION.splitlines() if re.match(r"\+ ", line)]
    lines = ["sources: [{name: S, kind: feed, url: 'https://s.example/f'}]", "topics:", *added]
    (tmp_path / "watch.yaml").write_text("\n".join(lines) + "\n", "utf-8")
    assert problems(tmp_path / "watch.yaml") == []


def test_the_topic_looks_back_and_then_tells_what_is_new() -> None:
    assert "looked back · Arms control talks" in AFTER
    told = re.findall(r"alert · Arms control talks · (.*)", AFTER)
    assert [headline[:34] for headline in told] == ["Russia and United States sign agre"]
    assert "alert · Arms control talks · Russia suspends inspections" in LATER
    assert "#arms-control" in OUTBOX
