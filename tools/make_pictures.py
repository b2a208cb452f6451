"""Makes ``docs/alert.svg``: one story of the demo newsroom, as the terminal shows it.

    python tools/make_pictures.py            write the picture
    python tools/make_pictures.py --check    only say whether it is up to date

Headline, quote and source are those of the newsroom's articles; what is new is worked out
by the code that decides. The message is composed and drawn by the code that tells.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.terminal_theme import MONOKAI

from monitors.alerts import compose
from monitors.alerts.notify import ConsoleNotifier
from monitors.articles.identify import identify
from monitors.clock import FixedClock
from monitors.decide.novelty import new_facts
from monitors.demo.play import newsroom_folder
from monitors.facts import facts_of
from monitors.model import (
    Alert,
    AlertKind,
    Article,
    Delivery,
    DeliveryState,
    Entry,
    Facts,
    PassageKind,
    PendingEntry,
    SourceRef,
)
from monitors.streams import LabelledStream, StreamSource, load_stream

PICTURE = Path(__file__).parents[1] / "docs" / "alert.svg"
CHANNEL = "#embassies"
OPENING, FOLLOWING = "mw-r1", "mw-r2"
SEEN_AFTER = timedelta(minutes=9)

# A picture loads nothing from elsewhere: fonts come from the reader's machine.
FORMAT = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)


def main() -> None:
    """Write or compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    drawn = picture()
    if not parser.parse_args().check:
        PICTURE.write_text(drawn, encoding="utf-8")
        print(f"{PICTURE.name} written")
    elif not PICTURE.exists() or PICTURE.read_text(encoding="utf-8") != drawn:
        sys.exit(f"{PICTURE.name} is out of date: python tools/make_pictures.py")


def picture() -> str:
    """The picture's SVG."""
    stream = load_stream(newsroom_folder())
    opening, following = read(stream, OPENING), read(stream, FOLLOWING)
    story = told(stream.sources[opening.source_id], opening, [])
    step = told(stream.sources[following.source_id], following, [facts(opening)])
    step = replace(step, against=opening.title)
    clock = FixedClock(story.created_at)
    console = Console(
        file=io.StringIO(), record=True, width=94, force_terminal=True, color_system="truecolor"
    )
    notifier = ConsoleNotifier(console, clock)
    parent = notifier.send(compose(delivery(1, story)))
    clock.set(step.created_at)
    notifier.send(compose(replace(delivery(2, step), thread_ts=parent.ts)))
    return console.export_svg(
        title="Tidings", theme=MONOKAI, code_format=FORMAT, unique_id="tidings"
    )


def told(source: StreamSource, article: Article, before: list[Facts]) -> Alert:
    """The alert on ``article``, where readers know the facts in ``before``."""
    stated = facts(article)
    what = "new step. " if before else "first report on this. "
    return Alert(
        key=f"picture:{article.id}",
        kind=AlertKind.STEP if before else AlertKind.STORY,
        channel=CHANNEL,
        created_at=article.first_seen,
        headline=article.title,
        topic_names=("Embassy restoration",),
        article_id=article.id,
        url=article.url,
        quote=next(p.text for p in article.passages if p.kind is PassageKind.LEAD),
        language=article.language,
        novelty=what + "; ".join(new_facts(stated, before)),
        stage=stated.stage,
        sources=(SourceRef(source.name, article.url, source.tier, article.language, True),),
        published=article.published,
    )


def read(stream: LabelledStream, article_id: str) -> Article:
    """An article of the stream, as the read step stores it."""
    row = next(row for row in stream.articles if row.id == article_id)
    entry = Entry(
        source_id=row.source,
        url=f"https://{row.source}.example{row.slug}",
        title=row.title,
        summary=row.summary,
        published=row.published,
        language=row.language,
        paragraphs=row.paragraphs,
    )
    return identify(entry, PendingEntry(1, entry, row.published + SEEN_AFTER, baseline=False))


def facts(article: Article) -> Facts:
    """What title and lead state, as the understand step finds it."""
    body = article.lead.removeprefix(article.title).strip()
    return facts_of(article.title, body, article.language, article.first_seen.date())


def delivery(number: int, alert: Alert) -> Delivery:
    """A row of the outbox that is being sent."""
    return Delivery(number, alert, DeliveryState.SENDING, alert.created_at)


if __name__ == "__main__":
    main()
