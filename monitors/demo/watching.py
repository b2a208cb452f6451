"""The watch list that watches the demo newsroom."""

from __future__ import annotations

from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from monitors.demo.edition import Outlet
from monitors.demo.feeds import feed_path
from monitors.model import Topic
from monitors.streams import LabelledStream
from monitors.watchlist.values import slug


def newsroom_watchlist(stream: LabelledStream, base_url: str, every: str = "") -> str:
    """The text of a ``watch.yaml``: every outlet as a source, every topic of the stream.

    Ids are those of the stream, in the letters that a watch list allows. Each topic has a
    channel of its own, named after its id.

    :param base_url: scheme, host and port of the newsroom server
    :param every: how often each is asked, where that is to be written
    """
    base = base_url.rstrip("/")
    sources = [
        {
            "id": slug(source.id),
            "name": source.name,
            "kind": "sitemap" if source.feed_kind == "sitemap" else "feed",
            "url": base + feed_path(Outlet(source, ())),
            "tier": source.tier.value,
            "language": source.language,
        }
        | ({"every": every} if every else {})
        for source in stream.sources.values()
    ]
    topics = {slug(topic.id): _topic(topic) for topic in stream.topics}
    text = StringIO()
    yaml = YAML()
    yaml.width = 95
    yaml.allow_unicode = True
    yaml.dump({"sources": sources, "topics": topics}, text)
    return text.getvalue()


def _topic(topic: Topic) -> dict[str, Any]:
    keywords = {"any": list(topic.keywords.any), "none": list(topic.keywords.none)}
    fields = {
        "name": topic.name,
        "description": topic.description,
        "examples": list(topic.examples),
        "not": list(topic.not_examples),
        "keywords": {key: words for key, words in keywords.items() if words},
        "channel": "#" + slug(topic.id),
    }
    return {key: value for key, value in fields.items() if value}
