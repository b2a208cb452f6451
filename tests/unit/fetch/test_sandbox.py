from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from datetime import date

import pytest

from monitors.errors import HttpStatusError, UnsafeDocument
from monitors.model import DateEvidence
from monitors.sandbox import Sandbox, shared
from monitors.sources.charsets import to_utf8
from monitors.sources.prologue import from_root
from tests.support.parsers import (
    keep,
    keep_member,
    make_attribute,
    make_entry,
    make_foreign,
    make_unpicklable,
    print_and,
    refuse,
    resident,
)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox(workers=1, wall=30, memory=200_000_000)
    yield sandbox
    sandbox.close()


def test_values_come_back_as_they_were(sandbox: Sandbox) -> None:
    assert sandbox.run(make_entry, "https://e.org/") == make_entry("https://e.org/")
    assert sandbox.run(dict, [(1, {"a", "b"}), (2, (b"x", None, 1.5))]) == {
        1: {"a", "b"},
        2: (b"x", None, 1.5),
    }


def test_our_errors_come_back_as_they_were(sandbox: Sandbox) -> None:
    with pytest.raises(HttpStatusError) as caught:
        sandbox.run(refuse, 429)
    assert (caught.value.status, caught.value.problem) == (429, "problem")


def test_a_worker_is_used_again(sandbox: Sandbox) -> None:
    first = sandbox.run(os.getpid)
    assert {sandbox.run(os.getpid) for _ in range(20)} == {first}


def test_a_worker_is_used_again_where_the_parsers_alone_take_most_of_its_memory(
    sandbox: Sandbox,
) -> None:
    sandbox.memory = int(1.5 * sandbox.run(resident))
    first = sandbox.run(os.getpid)
    assert [sandbox.run(os.getpid) for _ in range(5)] == [first] * 5


def test_a_worker_that_has_grown_is_replaced(sandbox: Sandbox) -> None:
    # What a worker has from the start differs by what its parent had imported.
    sandbox.memory = sandbox.run(resident) + 200_000_000
    first = sandbox.run(os.getpid)
    sandbox.run(keep, 150_000_000)
    assert sandbox.run(os.getpid) != first


def test_a_call_that_takes_too_long_is_stopped_and_the_worker_replaced(sandbox: Sandbox) -> None:
    first = sandbox.run(os.getpid)
    sandbox.wall = 0.5
    began = time.monotonic()
    with pytest.raises(UnsafeDocument, match="this feed: parsing took too long"):
        sandbox.run(time.sleep, 600, subject="this feed")
    assert time.monotonic() - began < 60
    sandbox.wall = 30
    assert sandbox.run(os.getpid) != first


def test_a_call_that_takes_too_much_memory_is_stopped(sandbox: Sandbox) -> None:
    with pytest.raises(UnsafeDocument, match="too much memory"):
        sandbox.run(bytearray, 1_000_000_000)
    assert sandbox.run(len, b"abc") == 3


def test_a_crash_harms_nobody(sandbox: Sandbox) -> None:
    with pytest.raises(UnsafeDocument, match="died"):
        sandbox.run(os.abort)
    assert sandbox.run(len, b"abc") == 3


def test_a_worker_killed_while_idle_is_replaced(sandbox: Sandbox) -> None:
    os.kill(sandbox.run(os.getpid), 9)
    time.sleep(0.05)
    assert sandbox.run(len, b"abc") == 3


def test_any_other_exception_is_an_unsafe_document(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(UnsafeDocument, match=r"ValueError: invalid literal"):
        sandbox.run(int, "x", subject="a feed")
    assert "Traceback" in caplog.text


def test_results_that_are_no_plain_values_are_refused(sandbox: Sandbox) -> None:
    with pytest.raises(UnsafeDocument, match="no plain value"):
        sandbox.run(make_foreign)
    with pytest.raises(UnsafeDocument, match="cannot be passed on"):
        sandbox.run(make_unpicklable)


def test_members_of_enumerations_are_plain_however_they_are_pickled(sandbox: Sandbox) -> None:
    assert sandbox.run(make_attribute, DateEvidence, "JSON_LD") is DateEvidence.JSON_LD
    assert sandbox.run(keep_member, DateEvidence.JSON_LD) is DateEvidence.JSON_LD


@pytest.mark.parametrize(
    ("kind", "name"),
    [(DateEvidence, "mro"), (DateEvidence, "__members__"), (date, "today"), (set, "add")],
)
def test_no_other_attribute_is_plain(sandbox: Sandbox, kind: type, name: str) -> None:
    with pytest.raises(UnsafeDocument, match="no plain value"):
        sandbox.run(make_attribute, kind, name)


def test_workers_see_no_secrets(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-canary")
    monkeypatch.setenv("TIDINGS_DATABASE_URL", "postgresql://u:canary@h/d")
    assert sandbox.run(os.getenv, "SLACK_BOT_TOKEN") is None
    assert sandbox.run(os.getenv, "TIDINGS_DATABASE_URL") is None


def test_a_parser_that_prints_disturbs_nothing(sandbox: Sandbox) -> None:
    assert sandbox.run(print_and, "value") == "value"


def test_a_new_worker_comes_from_the_nursery_that_has_loaded_the_parsers(
    sandbox: Sandbox,
) -> None:
    nursery = sandbox.run(os.getppid)
    for _ in range(10):
        with pytest.raises(UnsafeDocument, match="died"):
            sandbox.run(os.abort)
        assert sandbox.run(os.getppid) == nursery
    assert sandbox.replaced == 10


def test_what_workers_needed_at_most_is_known(sandbox: Sandbox) -> None:
    sandbox.run(len, b"")
    idle = sandbox.peak
    sandbox.run(len, bytes(40_000_000))
    assert idle + 30_000_000 < sandbox.peak < 512_000_000


def test_a_dead_nursery_is_replaced(sandbox: Sandbox) -> None:
    os.kill(sandbox.run(os.getppid), 9)
    with pytest.raises(UnsafeDocument, match="died"):
        sandbox.run(os.abort)
    assert sandbox.run(len, b"abc") == 3


def test_large_documents_pass(sandbox: Sandbox) -> None:
    assert sandbox.run(len, bytes(15_000_000)) == 15_000_000


def test_calls_from_many_threads_share_the_workers() -> None:
    sandbox = Sandbox(workers=2)

    async def work() -> list[int]:
        return await asyncio.gather(*(sandbox.run_async(len, b"x" * n) for n in range(20)))

    try:
        assert asyncio.run(work()) == list(range(20))
    finally:
        sandbox.close()


def test_a_closed_sandbox_starts_again(sandbox: Sandbox) -> None:
    sandbox.run(len, b"")
    sandbox.close()
    assert sandbox.run(len, b"abc") == 3


def test_the_shared_sandbox_is_one() -> None:
    assert shared() is shared()


@pytest.mark.parametrize(
    "document",
    [
        b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "b">]><r>&a;</r>',
        b'\xef\xbb\xbf <!-- <r> --><!DOCTYPE r SYSTEM "a>b" [ <!entity a "b">]><r/>',
        b"<!DOCTYPE r [<!-- ]> --><!ENTITY % a SYSTEM 'file:///etc/passwd'>]><r/>",
        '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "b">]><r/>'.encode("utf-16"),
        '<!DOCTYPE r [<!ENTITY a "b">]><r/>'.encode("utf-16-be"),
    ],
)
def test_entity_declarations_are_refused(document: bytes) -> None:
    with pytest.raises(UnsafeDocument, match="entities"):
        from_root(to_utf8(document, ""), "a feed")


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<rss/>",
        b'<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://e.org/rss.dtd"><rss/>',
        b"<rss><![CDATA[how to write <!DOCTYPE r [<!ENTITY a 'b'>]> in XML]]></rss>",
        b"<!-- <!ENTITY --><rss/>",
    ],
)
def test_plain_document_types_and_talk_of_entities_pass(document: bytes) -> None:
    from_root(to_utf8(document, ""), "a feed")
