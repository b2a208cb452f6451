"""What readers answered: the part of ``tidings topics`` about buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitors.cli import output
from monitors.errors import TidingsError
from monitors.model import LessonState

if TYPE_CHECKING:
    from monitors.ports import Store
    from monitors.settings import Settings

_MOST = 1000
_ALIVE = (LessonState.PROPOSED, LessonState.ACTIVE)


def show(settings: Settings, store: Store, topic_id: str, as_json: bool) -> None:
    """List the answers, newest first.

    :param topic_id: only those on this topic; on all where it is empty
    :raises ConfigError: there is no such topic
    """
    from monitors.cli.showing import refuse_unknown

    rows = store.answers.rows(topic_id or None, _MOST)
    if topic_id and not rows:
        refuse_unknown(settings, topic_id)
    if as_json:
        output.as_json(
            [
                {
                    "id": row.id,
                    "answer": row.kind.value,
                    "who": row.who,
                    "at": row.at,
                    "topics": row.topic_ids,
                    "stories": row.story_ids,
                    "article": row.article_id,
                    "headline": row.headline,
                    "undone_at": row.undone_at,
                }
                for row in rows
            ]
        )
        return
    output.table(
        "Answers",
        ["no.", "answer", "at (UTC)", "who", "topics", "headline", "article", "undone (UTC)"],
        [
            (
                row.id,
                row.kind.value,
                row.at,
                row.who,
                ", ".join(row.topic_ids),
                row.headline,
                row.article_id,
                row.undone_at or "",
            )
            for row in rows
        ],
    )


def undo(settings: Settings, store: Store, number: int) -> None:
    """Let an answer no longer count, and say so in the message where that can be done.

    :raises TidingsError: there is no such answer, or it is undone already
    """
    from monitors.alerts.answering import show as show_in_slack
    from monitors.clock import SystemClock
    from monitors.wiring import notifier_of

    clock = SystemClock()
    answer = store.answers.undo(number, clock.now())
    if answer is None:
        raise TidingsError(
            f"answer {number}",
            "there is none that counts with this number",
            "tidings topics --answers lists them",
        )
    output.say(f"answer {number} ({answer.kind.value}) no longer counts: {answer.headline}")
    resting = [x for x in store.lessons.rows(states=_ALIVE) if number in x.answers]
    if resting:
        numbers = ", ".join(str(lesson.id) for lesson in resting)
        output.say(f"lessons rest on it ({numbers}): tidings learn, or maintain, sees to them")
    delivery = store.outbox.find(answer.alert_key)
    if settings.slack_bot_token is None or delivery is None or delivery.ts is None:
        return
    notifier = notifier_of(settings, clock)
    shown = show_in_slack(delivery, store.outbox, store.answers, notifier, settings.report_url)
    if not shown:
        output.say("its message could not be edited now; the message's next edit shows it")
