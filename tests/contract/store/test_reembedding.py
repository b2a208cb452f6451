"""After a change of the model: memories are encoded anew, whoever is killed on the way."""

from __future__ import annotations

import json
import multiprocessing
import signal
from contextlib import closing
from datetime import timedelta

import pytest
import sqlalchemy as sa

from monitors.model import Mention
from monitors.runs import RunReport
from monitors.shards import WHOLE
from monitors.store import open_store
from monitors.store.tables import decisions
from monitors.testing import WordEncoder
from tests.support import crew
from tests.support.newsroom import BRIDGE, HARBOUR, empty_database

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.support.crew", "tests.support.warm"])
OLD, NEW = WordEncoder(2048), WordEncoder(4096)


def _pass(url: str, number: int, reader: WordEncoder) -> RunReport:
    report = crew.run(url, crew.NOW + number * crew.INTERVAL, reader=reader)
    assert isinstance(report, RunReport)
    return report


def _scores(url: str) -> list[tuple[str, str, dict[str, float]]]:
    """Every score of every decision, to nine digits: sets of words are summed in any order."""
    with closing(open_store(url)) as store, store._db.read() as connection:
        columns = decisions.c.article_id, decisions.c.topic_id, decisions.c.scores
        rows = connection.execute(sa.select(*columns).order_by(*columns[:2]))
        return [(a, t, {k: round(v, 9) for k, v in json.loads(s).items()}) for a, t, s in rows]


def _known(url: str) -> list[Mention]:
    since = crew.NOW - timedelta(days=9)
    with closing(open_store(url)) as store:
        return [m for t in (HARBOUR, BRIDGE) for m in store.decisions.memory(t.id, since)]


@pytest.fixture(scope="module")
def from_the_start(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An install that always had the new model."""
    path = tmp_path_factory.mktemp("new") / "tidings.db"
    path.write_bytes(empty_database())
    for number in range(crew.TICKS):
        _pass(f"sqlite:///{path}", number, NEW)
    return f"sqlite:///{path}"


def test_killed_half_way_it_goes_on_and_decides_as_if_the_model_had_always_been_there(
    url: str, from_the_start: str
) -> None:
    for number in range(crew.TICKS - 1):
        _pass(url, number, OLD)
    moment = crew.NOW + (crew.TICKS - 1) * crew.INTERVAL
    call = "store.decisions.encode_anew"
    process = PROCESSES.Process(
        target=crew.run_and_die, args=(url, moment, WHOLE, call, 2, "after", NEW)
    )
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    process.close()
    models = [mention.model_id for mention in _known(url)]
    assert 0 < models.count(NEW.model_id) < len(models), "half-way"

    report = _pass(url, crew.TICKS - 1, NEW)
    assert report.encoded_anew == models.count(OLD.model_id), "only what was left"
    assert {mention.model_id for mention in _known(url)} == {NEW.model_id}
    assert crew.decided(url) == crew.decided(from_the_start)
    assert _of_last_tick(url) == _of_last_tick(from_the_start)
    assert _vectors(url) == _vectors(from_the_start)


def _of_last_tick(url: str) -> list[tuple[str, str, dict[str, float]]]:
    last = crew.NOW + (crew.TICKS - 1) * crew.INTERVAL
    with closing(open_store(url)) as store:
        late = {article.id for article in store.articles.recent(last)}
    found = [row for row in _scores(url) if row[0] in late]
    assert len(found) > 5
    return found


def _vectors(url: str) -> dict[tuple[str, str], bytes]:
    return {(m.topic_id, m.article_id): m.vector.tobytes() for m in _known(url)}
