from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from judge_values import PATH, http_judge, said

from monitors.errors import JudgeError, JudgeUnavailable, JudgeUnclear
from monitors.model import Counsel, Ground
from monitors.ports import Judge
from monitors.testing import ScriptedJudge
from tests.support.webserver import Answer, WebServer, running

Script = tuple[Counsel, Ground] | type[JudgeError]


@pytest.fixture
def server() -> Iterator[WebServer]:
    with running() as server:
        yield server


@pytest.fixture(params=["http", "scripted"])
def judge_of(request: pytest.FixtureRequest, server: WebServer) -> Callable[..., Judge]:
    """Makes a judge that gives these answers in turn."""

    def http(*script: Script) -> Judge:
        server.on(PATH, *map(_over_http, script))
        return http_judge(server)

    def scripted(*script: Script) -> Judge:
        return ScriptedJudge(
            *(
                one if isinstance(one, tuple) else one("the judge", "said nothing")
                for one in script
            )
        )

    return http if request.param == "http" else scripted


def _over_http(one: Script) -> Answer:
    if one is JudgeUnavailable:
        return Answer(b"", status=503)
    if one is JudgeUnclear:
        return said("I would rather tell you a story.")
    assert isinstance(one, tuple)
    return said({"verdict": one[0].value, "reason": one[1].value})
