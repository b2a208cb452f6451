"""The topics of a stream as operators put them: at length, or in a name and a sentence.

What is learnt from topics that are all written at length does not hold where one of them is
short: it has fewer texts to be near to, and stands back behind its siblings.
"""

from __future__ import annotations

import re
from dataclasses import replace

from monitors.decide.reading import TopicProfile
from monitors.desk import Desk
from monitors.model import Keywords, Topic
from monitors.steps.understand import profile_of, profiles

Shapes = dict[str, TopicProfile]


def shortened(topic: Topic) -> Topic:
    """``topic`` with its name and the first sentence of its description, nothing else."""
    first = re.split(r"(?<=[.!?])\s+", topic.description)[0]
    return replace(
        topic, description=first, examples=(), not_examples=(), keywords=Keywords((), ())
    )


def shapes_of(desk: Desk) -> list[Shapes]:
    """The topics of a watch list as they are, with each in turn shortened, and all of them."""
    written = profiles(desk)
    short = {topic.id: profile_of(desk, shortened(topic)) for topic in desk.watchlist.topics}
    each = [{**written, name: shape} for name, shape in short.items()]
    return [written, *each, short] if len(short) > 1 else [written, short]
