from __future__ import annotations

import pytest

from monitors.articles.edges import trimmed

TITLE = "Board approves ferry terminal"
TEXT = (
    "The harbour board approved the new ferry terminal on Thursday after a long debate.",
    "By Easter the works will begin, the chair said on 14 March 2025: at last.",
)


@pytest.mark.parametrize(
    "line",
    [
        TITLE,
        "BOARD APPROVES FERRY TERMINAL!",
        "Harbour | Board approves ferry terminal",
        "By Jo Doe",
        "14 March 2025, 09:30",
        "14.03.2025",
        "Пятница, 14 марта 2025, 09:30",
        "2025年3月14日 08:30 Courier",
        "09:30",
        "Advertisement",
        "Photo: Ann Lee",
    ],
)
def test_what_only_opens_a_page_is_set_aside(line: str) -> None:
    assert trimmed((line, *TEXT), [TITLE]) == (TEXT, (line,))


@pytest.mark.parametrize("line", ["© 2025 Lindmouth Courier", "Share", "Комментарии"])
def test_what_only_closes_a_page_is_set_aside(line: str) -> None:
    assert trimmed((*TEXT, line), [TITLE]) == (TEXT, (line,))


@pytest.mark.parametrize(
    "line",
    [
        "Approved on 14 March 2025.",
        "In 2024 the old pier fell",
        "Ferry terminal",
        "Four years of argument",
        (
            "Photo: the pier as it stood before the storm took it away on a night in May, and "
            "nobody in the whole of the old quarter slept, as one of the fishermen remembers to "
            "this day. It was the worst storm."
        ),
    ],
)
def test_a_line_in_doubt_stays_in_the_text(line: str) -> None:
    assert trimmed((line, *TEXT), [TITLE]) == ((line, *TEXT), ())


def test_labels_inside_the_text_stay_in_it() -> None:
    lines = (TEXT[0], "Advertisement", "Read also: Old pier sold", TEXT[1])

    assert trimmed(lines, [TITLE]) == (lines, ())


def test_a_page_of_nothing_but_labels_is_left_as_it_is() -> None:
    assert trimmed((TITLE, "Share"), [TITLE]) == ((TITLE, "Share"), ())
    assert trimmed((), [TITLE]) == ((), ())
