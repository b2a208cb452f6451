"""Who passes where an alert budget does not let everybody through. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitors.model import Alert


def ration(
    alerts: Sequence[Alert], left: Mapping[str, int], channel_left: int | None = None
) -> list[bool]:
    """Whether each alert passes: the most significant first, the earlier one of equals.

    A message that serves several topics passes where one of them has room, since it is one
    message all the same; it counts for each of them.

    :param left: by topic id, how many more its budget lets through; no entry: any number
    :param channel_left: how many more the channel's budget lets through; None: any number
    """
    room = dict(left)
    passes = [False] * len(alerts)
    order = sorted(range(len(alerts)), key=lambda i: (-alerts[i].significance, i))
    for index in order:
        topics = alerts[index].topic_ids
        wanted = not topics or any(room.get(topic, 1) > 0 for topic in topics)
        if not wanted or (channel_left is not None and channel_left <= 0):
            continue
        passes[index] = True
        channel_left = None if channel_left is None else channel_left - 1
        for topic in topics:
            if topic in room:
                room[topic] -= 1
    return passes
