"""Puts a desk together from settings: the one place that knows every adapter."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from monitors.alerts.notify import NotifierOptions, open_notifier
from monitors.articles.extract import TrafilaturaExtractor
from monitors.calibration import MATCHER, adapter_digest, load_calibration
from monitors.clock import Clock, SystemClock
from monitors.desk import Desk
from monitors.fetch.client import HttpFetcher
from monitors.judges import HttpJudge
from monitors.lessons.force import in_force
from monitors.model import Watchlist
from monitors.opening import opened_store, watchlist_of
from monitors.ports import HostStore, Judge, Notifier
from monitors.sandbox import shared
from monitors.settings import Settings
from monitors.shards import WHOLE, Shard
from monitors.sources import READERS
from monitors.vectors.cache import CachedEncoder
from monitors.vectors.encoder import SentenceEncoder
from monitors.watchlist.keeping import Current

_MODELS: dict[tuple[str, bool], SentenceEncoder] = {}


def notifier_of(settings: Settings, clock: Clock) -> Notifier:
    """Slack where there is a token, else the terminal."""
    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else ""
    return open_notifier(
        NotifierOptions(slack_token=token, slack_api_url=settings.slack_api_url, clock=clock)
    )


def fetcher_of(settings: Settings, clock: Clock, hosts: HostStore | None = None) -> HttpFetcher:
    """The fetcher that ``settings`` ask for.

    :param hosts: where budgets of hosts are kept; in memory where none is handed in
    """
    return HttpFetcher(
        contact=settings.contact,
        allow_hosts=settings.allow_hosts,
        clock=clock,
        hosts=hosts,
        deadline=settings.fetch_timeout,
        spacing=settings.host_spacing,
        daily=settings.host_daily,
    )


def judge_of(settings: Settings) -> Judge | None:
    """The judge that the operator names, if any."""
    if not settings.judge_url:
        return None
    return HttpJudge(
        settings.judge_url, settings.judge_model, settings.judge_api_key, settings.judge_timeout
    )


@asynccontextmanager
async def open_desk(
    settings: Settings,
    *,
    clock: Clock | None = None,
    watchlist: Watchlist | None = None,
    notifier: Notifier | None = None,
    shard: Shard = WHOLE,
) -> AsyncIterator[Desk]:
    """A desk with real adapters; connections are released at the end.

    :param clock: the machine's, unless a demo or ``--as-of`` hands in another
    :param watchlist: read from ``settings.watch`` unless it is handed in. Its topics get what
        they learnt from answers
    :param notifier: Slack or the terminal unless it is handed in
    :param shard: the part of the sources that is asked
    :raises ConfigError: settings are wrong, or the watch list is and none was good before
    :raises StoreError: the database cannot be opened
    """
    clock = clock or SystemClock()
    watching = Current(watchlist) if watchlist else watchlist_of(settings)
    with opened_store(settings) as store:
        fetcher = fetcher_of(settings, clock, store.hosts)
        rounded = settings.eight_bits == "on"

        def cached(name: str) -> CachedEncoder:
            return CachedEncoder(_model(name, rounded), store.vectors, clock)

        try:
            yield Desk(
                watchlist=in_force(watching.watchlist, store.lessons),
                outdated=watching.outdated,
                clock=clock,
                store=store,
                fetcher=fetcher,
                readers={kind: make() for kind, make in READERS.items()},
                extractor=TrafilaturaExtractor(shared().run),
                screen=cached(settings.screen_model),
                reader=cached(settings.reader_model),
                matcher=cached(MATCHER),
                calibration=load_calibration(settings.reader_model, settings.calibrations),
                notifier=notifier or notifier_of(settings, clock),
                shard=shard,
                look_back=timedelta(days=settings.look_back_days),
                message_spacing=settings.message_spacing,
                on_unknown=settings.on_unknown,
                buttons=None not in (settings.slack_app_token, settings.slack_bot_token),
                report_url=settings.report_url,
                report_dir=settings.report_dir,
                judge=judge_of(settings),
                judge_calls_a_run=settings.judge_calls_a_run,
                judge_calls_a_day=settings.judge_calls_a_day,
            )
        finally:
            await fetcher.close()


def _model(name: str, rounded: bool) -> SentenceEncoder:
    """One model of each name a process: loading takes seconds and memory."""
    if (name, rounded) not in _MODELS:
        version = adapter_digest() if name == MATCHER else ""
        _MODELS[name, rounded] = SentenceEncoder(name, version, rounded=rounded)
    return _MODELS[name, rounded]
