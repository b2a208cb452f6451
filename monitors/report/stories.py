"""Stories as the pages show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from monitors.alerts.compose import language_name
from monitors.alerts.escape import host_of
from monitors.explain.path import Lines
from monitors.explain.words import decision_rows, entry_row, text_row
from monitors.model import Decision, Stage, Topic
from monitors.ports import Coverage, StepRecord, StoryRecord
from monitors.report.sharing import language_tag, link, words
from monitors.report.values import Article, Step, Story, Verdicts
from monitors.storypages import file_name, step_anchor

_HEADLINE = 300
_QUOTE = 1200
_PHRASE = 200
_FOUND = 1500
_SAID = 1500

_LABELS = {
    "entry": "Entry",
    "fetch": "Text",
    "why": "Because",
    "judge": "Outside judge",
    "match": "Fits the topic",
    "rests on": "Rests on",
    "nearest": "Nearest before",
    "new": "What is new",
    "weighed": "Weighed",
    "": "",
}
"""What the rows of an explanation are called on a page; others are left out."""


@dataclass(frozen=True, slots=True)
class Names:
    """What topics and sources are called, by id, and what holds for topics now."""

    topics: Mapping[str, str]
    sources: Mapping[str, str]
    watched: Mapping[str, Topic] = field(default_factory=dict)
    lines: Mapping[str, Lines] = field(default_factory=dict)


def story_of(record: StoryRecord, names: Names, told_at: Mapping[str, datetime]) -> Story:
    """A story in cleaned values.

    :param told_at: development id to when its message was sent
    """
    steps = tuple(_step(step, names, told_at) for step in record.steps)
    articles = [article for step in steps for article in step.articles]
    languages = {a.lang: a.language for a in articles if a.lang and a.language}
    stages = dict.fromkeys(step.stage for step in steps if step.stage)
    found = [step.headline for step in steps] + [article.title for article in articles]
    story = record.story
    return Story(
        id=story.id,
        page=file_name(story.id),
        topic_id=story.topic_id,
        topic=names.topics.get(story.topic_id, story.topic_id),
        topic_page=file_name(story.topic_id),
        headline=words(story.headline, _HEADLINE) or "(no headline)",
        lang=steps[0].lang if steps else "",
        opened_at=story.opened_at,
        changed_at=story.changed_at,
        told=any(step.told for step in steps),
        stages=tuple(stages),
        languages=languages,
        sources=tuple(dict.fromkeys(article.source for article in articles)),
        steps=steps,
        find=" ".join([*dict.fromkeys(found), *(step.quote[:300] for step in steps)])[:_FOUND],
    )


def _step(record: StepRecord, names: Names, told_at: Mapping[str, datetime]) -> Step:
    development = record.development
    leading = next((c for c in record.coverage if c.first), None) or next(
        iter(record.coverage), None
    )
    decision = leading.decision if leading else None
    lang = language_tag(leading.language) if leading else ""
    return Step(
        id=development.id,
        anchor=step_anchor(development.id),
        headline=words(development.headline, _HEADLINE) or "(no headline)",
        lang=lang,
        stage="" if development.stage is Stage.NONE else development.stage.value,
        founded_at=development.founded_at,
        told=development.told,
        told_at=told_at.get(development.id),
        quote=words(leading.quote, _QUOTE) if leading else "",
        quote_lang=lang,
        new=tuple(words(fact, _PHRASE) for fact in decision.new_facts) if decision else (),
        articles=tuple(_article(report, names) for report in record.coverage),
    )


def _article(report: Coverage, names: Names) -> Article:
    url = link(report.url)
    known = report.source_id in names.sources
    return Article(
        id=words(report.article_id, 60),
        source=names.sources.get(report.source_id, words(report.source_id, 80)),
        page=file_name(report.source_id) if known else "",
        title=words(report.title, _HEADLINE) or "(no title)",
        url=url,
        host=host_of(url) if url else "",
        lang=language_tag(report.language),
        language=language_name(report.language),
        seen_at=report.seen_at,
        published=report.published,
        copied=report.copy_of is not None,
        verdict=_verdict(report, report.decision, names) if report.decision else None,
    )


def _verdict(report: Coverage, decision: Decision, names: Names) -> Verdicts:
    topic_id = decision.topic_id
    weighed = decision_rows(decision, names.watched.get(topic_id), names.lines.get(topic_id))
    rows = [
        *weighed[:1],
        entry_row(names.sources.get(report.source_id, report.source_id), report.seen_at),
        text_row(report.text_available, report.unreadable),
        *weighed[1:],
    ]
    return Verdicts(
        verdict=decision.verdict.value,
        reason=decision.reason.value,
        rows=tuple(
            (_LABELS[name], words(said, _SAID)) for name, said in rows if said and name in _LABELS
        ),
    )
