"""What a click does: it is stored, acts on its story at once, and is shown in the message."""

from __future__ import annotations

import logging

from monitors.alerts.buttons import Click, with_buttons
from monitors.alerts.compose import compose
from monitors.alerts.drafting import edit_key
from monitors.alerts.outbox import Decorate
from monitors.clock import Clock
from monitors.errors import DeliveryError
from monitors.model import Alert, AlertKind, Answer, Delivery, Message
from monitors.ports import AnswerStore, Notifier, Outbox

_log = logging.getLogger(__name__)
_ANSWERABLE = (AlertKind.STORY, AlertKind.STEP)


def decorator(outbox: Outbox, answers: AnswerStore) -> Decorate:
    """Puts buttons, and what was answered so far, below the messages of stories."""

    def decorate(message: Message, delivery: Delivery) -> Message:
        target: Delivery | None = delivery
        if delivery.alert.kind is AlertKind.EDIT:
            target = outbox.posted(delivery.channel_id or "", delivery.thread_ts or "")
        if target is None or target.alert.kind not in _ANSWERABLE:
            return message
        return _shown(message, target.alert, answers)

    return decorate


def answer(
    click: Click,
    outbox: Outbox,
    answers: AnswerStore,
    notifier: Notifier,
    clock: Clock,
    report_url: str = "",
) -> str:
    """Store what a click says and show it.

    :param report_url: where the report is served, for links to the pages of stories
    :returns: what was done, in words
    :raises StoreError: it could not be stored
    """
    delivery = outbox.posted(click.channel_id, click.ts)
    if delivery is None or delivery.alert.kind not in _ANSWERABLE:
        return "refused: the message is none of ours"
    alert, now = delivery.alert, clock.now()
    if click.kind is None:
        changed = answers.unmute(alert.story_ids, now) > 0
    else:
        changed = answers.add(
            Answer(
                kind=click.kind,
                who=click.who,
                at=now,
                alert_key=alert.key,
                headline=alert.headline,
                topic_ids=alert.topic_ids,
                story_ids=tuple(filter(None, alert.story_ids)),
                article_id=alert.article_id,
            )
        )
    if not changed:
        return "nothing new: it was said before"
    show(delivery, outbox, answers, notifier, report_url)
    return click.kind.value if click.kind else "unmute story"


def show(
    delivery: Delivery,
    outbox: Outbox,
    answers: AnswerStore,
    notifier: Notifier,
    report_url: str = "",
) -> bool:
    """Edit a sent message so that it says what was answered; False where that failed.

    The answer counts all the same, and the next edit of the message shows it.
    """
    if delivery.ts is None or delivery.plain:
        return False
    message = compose(_as_it_stands(delivery, outbox), report_url)
    message = _shown(message, delivery.alert, answers)
    edit = Message(
        alert_key=delivery.alert.key,
        channel=delivery.channel_id or delivery.alert.channel,
        text=message.text,
        blocks=message.blocks,
        edits=delivery.ts,
    )
    try:
        notifier.send(edit)
    except DeliveryError as error:
        _log.warning("an answer is stored, but not shown: %s", error)
        return False
    return True


def _shown(message: Message, alert: Alert, answers: AnswerStore) -> Message:
    muted = bool(answers.muted().intersection(alert.story_ids))
    return with_buttons(message, answers.of_alert(alert.key), muted=muted)


def _as_it_stands(delivery: Delivery, outbox: Outbox) -> Delivery:
    """The message with its newest edit, where one was sent."""
    alert = delivery.alert
    if alert.kind is not AlertKind.STORY:
        return delivery
    for story_id in alert.story_ids:
        edit = outbox.find(edit_key(story_id, alert.channel))
        if edit is not None and edit.ts == delivery.ts:
            return edit
    return delivery
