from __future__ import annotations

import inspect
import pickle
import re
from datetime import timedelta

import pytest

from monitors import errors
from monitors.errors import (
    ConfigError,
    ConnectionFailed,
    DeliveryDeferred,
    DeliveryRefused,
    DeliveryUnknown,
    FetchTimeout,
    HttpStatusError,
    StoreBusy,
    StoreFull,
    TidingsError,
    Unreadable,
    WatchlistError,
)


def tree() -> dict[str, str]:
    """Class to base class, as the module's docstring draws them."""
    drawn: dict[str, str] = {}
    path: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        branch = re.fullmatch(r"    ((?:│   |    )*)(?:[├└]── )?([A-Z]\w+)(?:\s{2,}.*)?", line)
        if not branch:
            continue
        depth = len(branch[1]) // 4 + ("── " in line)
        path[depth:] = [branch[2]]
        drawn[branch[2]] = path[depth - 1] if depth else "Exception"
    return drawn


CLASSES = {
    name: value
    for name, value in vars(errors).items()
    if inspect.isclass(value) and issubclass(value, BaseException)
}


def test_the_tree_in_the_docstring_is_the_tree_of_classes() -> None:
    assert tree() == {name: value.__bases__[0].__name__ for name, value in CLASSES.items()}
    assert len(CLASSES) > 25


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_every_error_says_what_it_is_and_whether_a_retry_helps(name: str) -> None:
    assert CLASSES[name].__doc__
    assert isinstance(CLASSES[name].retryable, bool)


EVERY = [
    WatchlistError("watch.yaml", 7, "no such key 'nmae'", "Did you mean 'name'?"),
    HttpStatusError("https://x.example", 429, retry_after=timedelta(seconds=30)),
    Unreadable("https://x.example", "paywall", "the text ends after a paragraph"),
    DeliveryDeferred("alert K-1", "ratelimited", retry_after=timedelta(seconds=5)),
    DeliveryRefused("alert K-1", "channel_not_found", remedy="Invite the bot"),
    StoreBusy("var/tidings.db", "another process holds the lock", "Try again"),
    ConnectionFailed("https://x.example", "no such host"),
]


@pytest.mark.parametrize("error", EVERY, ids=lambda error: type(error).__name__)
def test_an_error_is_one_clear_line(error: TidingsError) -> None:
    assert str(error).startswith(f"{error.subject}: ")
    assert error.problem in str(error)
    assert str(error).endswith(error.remedy)
    assert "\n" not in str(error)


def test_subject_problem_and_remedy_make_the_line() -> None:
    assert str(TidingsError("it", "broke", "Mend it")) == "it: broke. Mend it"
    assert str(TidingsError("it", "broke")) == "it: broke"


def test_a_watch_list_error_names_file_and_line() -> None:
    assert str(WatchlistError("w.yaml", 7, "wrong")) == "w.yaml:7: wrong"
    assert str(WatchlistError("w.yaml", 0, "missing")) == "w.yaml: missing"


def test_codes_stand_in_for_a_missing_problem() -> None:
    assert "503" in str(HttpStatusError("x", 503))
    assert str(DeliveryRefused("x", "not_in_channel")) == "x: not_in_channel"


@pytest.mark.parametrize(
    ("error", "helps"),
    [
        (FetchTimeout, True),
        (errors.AddressRefused, False),
        (errors.BodyRefused, False),
        (StoreBusy, True),
        (StoreFull, False),
        (DeliveryDeferred, True),
        (DeliveryRefused, False),
        (DeliveryUnknown, False),
        (ConfigError, False),
        (errors.RunSkipped, True),
    ],
)
def test_whether_trying_again_can_help(error: type[TidingsError], helps: bool) -> None:
    assert error.retryable is helps


@pytest.mark.parametrize("error", EVERY, ids=lambda error: type(error).__name__)
def test_an_error_can_be_sent_to_another_process(error: TidingsError) -> None:
    """Parsing runs in a worker process: its errors come back pickled."""
    back = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert type(back) is type(error)
    assert str(back) == str(error)
    assert vars(back) == vars(error)
