"""Ports to the world: fetching, sources, extraction, encoding, judging, telling."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from monitors.model import (
    Extraction,
    Message,
    Opinion,
    Page,
    Picture,
    Poll,
    Question,
    Receipt,
    Source,
    SourceState,
    Vector,
)


class Fetcher(Protocol):
    """Bytes in, safely and politely."""

    async def fetch(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        accept: str = "*/*",
        robots: bool = False,
    ) -> Page:
        """Get ``url``, following redirects.

        :param robots: ask each site's robots.txt first, and keep to it
        :returns: a page with status 200, or 304 with an empty body where a validator held
        :raises FetchError: any other outcome, as the fitting subclass
        """
        ...

    async def close(self) -> None:
        """Release connections."""
        ...


class SourceReader(Protocol):
    """Knows one kind of source."""

    async def poll(
        self, source: Source, state: SourceState, fetcher: Fetcher, now: datetime
    ) -> Poll:
        """Ask ``source`` for its entries.

        One bad entry is left out and named in ``Poll.problems``.

        :raises FetchError: the source could not be fetched
        :raises SourceError: it answered with something else than its kind needs
        """
        ...


class Extractor(Protocol):
    """Clean text out of pages."""

    def extract(self, page: Page) -> Extraction:
        """The text and metadata of ``page``.

        :raises Unreadable: with its cause, where no article text is found
        """
        ...


class Encoder(Protocol):
    """Texts to vectors."""

    @property
    def model_id(self) -> str:
        """Names the model and everything else that changes its vectors."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, texts: Sequence[str]) -> Vector:
        """Vectors of ``texts``: float32, shape (n, d), unit rows, in the same order.

        :raises EncoderError: the model cannot be loaded or used
        """
        ...


class Judge(Protocol):
    """Reviews borderline decisions from outside. Never retries."""

    @property
    def name(self) -> str:
        """Names the judge in stored opinions; holds no secret."""
        ...

    def review(self, question: Question) -> Opinion:
        """An opinion on ``question``, whose counsel and ground go together.

        Whatever the article's text says, nothing but an opinion comes back.

        :raises JudgeUnavailable: no answer came in time
        :raises JudgeUnclear: the answer is none of the closed list
        """
        ...


class Notifier(Protocol):
    """Tells people. Never retries: retries belong to the outbox."""

    def send(self, message: Message) -> Receipt:
        """Post ``message``, or change the one that it ``edits``.

        :raises DeliveryDeferred: definitely not sent, a retry can help
        :raises DeliveryRefused: definitely not sent, a retry cannot help
        :raises DeliveryUnknown: no answer; it may have been sent
        """
        ...

    def find(self, channel: str, alert_key: str, since: datetime) -> Receipt | None:
        """Look whether a message with ``alert_key`` was posted since ``since``.

        :param channel: the channel's id where it is known, else its name
        :raises DeliveryError: history could not be read
        """
        ...

    def illustrate(self, receipt: Receipt, picture: Picture) -> None:
        """Show ``picture`` with a message that was posted, where a reader finds it.

        It is never tried again: a picture that is missing is better than one twice.

        :raises DeliveryError: it is not shown, or nobody can tell
        """
        ...
