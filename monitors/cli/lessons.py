"""What was learnt from answers: the part of ``tidings topics TOPIC`` and ``tidings learn``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from monitors.cli import output
from monitors.errors import ConfigError

if TYPE_CHECKING:
    from monitors.model import Lesson, Trial, Watchlist
    from monitors.ports import Store

_CHANGES = 8


def show(title: str, lessons: Sequence[Lesson]) -> None:
    """Lessons as a table, and below it what each that was replayed would change."""
    from monitors.lessons.force import in_words

    output.table(
        title,
        ["no.", "state", "since (UTC)", "what", "from answers", "why", "alerts a day"],
        [
            (
                lesson.id,
                lesson.state.value,
                lesson.changed_at,
                in_words(lesson),
                ", ".join(map(str, lesson.answers[:6])) + (" …" if lesson.answers[6:] else ""),
                lesson.reason.value,
                _rate(lesson.trial),
            )
            for lesson in lessons
        ],
        styles={"state": {"active": "green", "refused": "red", "undone": "dim"}},
    )
    for lesson in lessons:
        if lesson.trial and lesson.trial.changes:
            _show_changes(lesson.id, lesson.trial)


def show_topic(store: Store, watchlist: Watchlist, topic_id: str, as_json: bool) -> None:
    """What one topic learnt from answers, and what of it is in force.

    :raises ConfigError: there is no such topic
    """
    from monitors.lessons.force import in_force

    topics = {topic.id: topic for topic in in_force(watchlist, store.lessons).topics}
    if topic_id not in topics:
        raise ConfigError(
            f"topic `{topic_id}`", "there is none", f"Known are: {', '.join(topics)}"
        )
    topic, rows = topics[topic_id], store.lessons.rows(topic_id)
    if as_json:
        output.as_json({"topic": topic_id, "lessons": [plain(lesson) for lesson in rows]})
        return
    learnt = topic.learnt
    output.say(f"{topic.name} ({topic.id})", "bold")
    output.say(f"  examples   {len(topic.examples)} written, {len(learnt.examples)} learnt")
    output.say(
        f"  not        {len(topic.not_examples)} written, {len(learnt.not_examples)} learnt"
    )
    output.say(f"  line       {topic.sensitivity.value}{_by(learnt.line)}")
    if learnt.novelty:
        output.say(f"  known      from the usual likeness{_by(learnt.novelty)}")
    output.say("")
    show("Learnt from answers", rows)
    if rows:
        output.say("tidings learn --undo NUMBER undoes one, --redo NUMBER replays it again", "dim")


def _by(shift: float) -> str:
    return f", moved by {shift:+.2f}" if shift else ", as written"


def _rate(trial: Trial | None) -> str:
    """``1.20 -> 0.90``: before and with it; and as written, where that is another figure."""
    if trial is None:
        return "-"
    written = "" if trial.written == trial.before else f" (as written {trial.written:.2f})"
    return f"{trial.before:.2f} -> {trial.after:.2f}{written}"


def _show_changes(number: int, trial: Trial) -> None:
    changes = output.count(len(trial.changes), "alert")
    output.say(f"Lesson {number}, replayed over {trial.days:.0f} days, changes {changes}:", "bold")
    for change in trial.changes[:_CHANGES]:
        said = f" [{change.opinion.value}]" if change.opinion else ""
        sign, style = ("+", "green") if change.told else ("-", "red")
        output.say(f"  {sign} {change.headline}{said} ({change.article_id})", style)
    if len(trial.changes) > _CHANGES:
        output.say(f"  and {len(trial.changes) - _CHANGES} more: --json lists them", "dim")


def plain(lesson: Lesson) -> dict[str, Any]:
    """A lesson in plain values."""
    from monitors.lessons.force import in_words

    trial = lesson.trial
    return {
        "id": lesson.id,
        "topic": lesson.topic_id,
        "kind": lesson.kind.value,
        "state": lesson.state.value,
        "since": lesson.changed_at,
        "reason": lesson.reason.value,
        "says": in_words(lesson),
        "article": lesson.article_id or None,
        "shift": lesson.shift or None,
        "answers": list(lesson.answers),
        "proposed_at": lesson.proposed_at,
        "replay": None if trial is None else _plain_trial(trial),
    }


def _plain_trial(trial: Trial) -> dict[str, Any]:
    return {
        "at": trial.at,
        "days": round(trial.days, 2),
        "alerts_a_day": {
            "as_written": round(trial.written, 4),
            "before": round(trial.before, 4),
            "with_it": round(trial.after, 4),
        },
        "useful_alerts": trial.useful,
        "changes": [asdict(change) for change in trial.changes],
    }
