"""Every error that Tidings raises on purpose, as one tree.

::

    TidingsError
    ├── ConfigError              something a person wrote is wrong
    │   ├── WatchlistError       watch.yaml: has file, line and what would be right
    │   ├── SettingsError        the environment or .env
    │   └── StreamError          a labelled stream is malformed
    ├── FetchError               one URL could not be fetched
    │   ├── AddressRefused       the guard refused scheme, host or address
    │   ├── FetchTimeout         no complete answer within the deadline
    │   ├── ConnectionFailed     no connection: DNS, TCP or TLS
    │   ├── HttpStatusError      the server answered with a status that is not content
    │   ├── BodyRefused          too large, or an encoding we do not decode
    │   ├── TooManyRedirects     a loop, a long chain or a downgrade
    │   ├── RobotsRefused        robots.txt does not allow it, or cannot be read
    │   └── HostBudgetSpent      the host was asked often enough today
    ├── SourceError              a source answered, but not with what its kind needs
    │   ├── NotAFeed             the bytes are no feed, sitemap or listing
    │   └── UnsafeDocument       entity declarations, or parsing exceeded its limits
    ├── ArticleError             a page is no article that can be judged
    │   └── Unreadable           has a closed `cause`
    ├── EncoderError             a model cannot be loaded or used
    │   └── NotCalibrated        no thresholds are known for this model
    ├── JudgeError               the outside judge gave no answer that counts
    │   ├── JudgeUnavailable     no connection, no time, or a status that is no answer
    │   ├── JudgeUnclear         it said something outside the closed list of answers
    │   └── JudgeUnfit           it answers plain questions wrongly
    ├── StoreError               the database
    │   ├── StoreBusy            locked by another process
    │   ├── StoreFull            no space left
    │   ├── StoreReadOnly        the file or account may not write
    │   ├── StoreCorrupt         the file is no database of ours
    │   └── StoreUnavailable     the server cannot be reached
    ├── DeliveryError            a message was not delivered
    │   ├── DeliveryDeferred     definitely not sent; try again after `retry_after`
    │   ├── DeliveryRefused      will never be accepted as it is; has Slack's `code`
    │   └── DeliveryUnknown      no answer: it may or may not have been sent
    ├── RunSkipped               another run holds the lease
    └── NothingAnswered          every source that a run asked failed

Each carries its ``subject`` (which file, source, URL, topic or alert), the ``problem`` and
the ``remedy`` (what to do), and says in ``retryable`` whether trying again can help.
Subjects are redacted before they are stored: no error text carries a secret.
"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar


class TidingsError(Exception):
    """Root of the tree. ``str()`` gives one clear line."""

    retryable: ClassVar[bool] = False

    def __init__(self, subject: str, problem: str, remedy: str = "") -> None:
        self.subject = subject
        self.problem = problem
        self.remedy = remedy
        super().__init__(subject, problem, remedy)

    def __str__(self) -> str:
        line = f"{self.subject}: {self.problem}"
        return f"{line}. {self.remedy}" if self.remedy else line


class ConfigError(TidingsError):
    """Something that a person wrote is wrong.

    :param mended: the line as it would be right, for who wrote it; not part of the text
    """

    def __init__(self, subject: str, problem: str, remedy: str = "", mended: str = "") -> None:
        self.mended = mended
        super().__init__(subject, problem, remedy)


class WatchlistError(ConfigError):
    """A mistake in ``watch.yaml``.

    :param path: the file
    :param line: 1-based line, 0 where the whole file is meant
    """

    def __init__(
        self, path: str, line: int, problem: str, remedy: str = "", mended: str = ""
    ) -> None:
        self.path = path
        self.line = line
        super().__init__(f"{path}:{line}" if line else path, problem, remedy, mended)


class SettingsError(ConfigError):
    """The environment or ``.env`` is wrong."""


class StreamError(ConfigError):
    """A labelled stream is malformed."""


class FetchError(TidingsError):
    """One URL could not be fetched."""

    retryable = True


class AddressRefused(FetchError):
    """The guard refused the scheme, the host or the address it resolves to."""

    retryable = False


class FetchTimeout(FetchError):
    """No complete answer within the deadline."""


class ConnectionFailed(FetchError):
    """No connection: DNS, TCP or TLS."""


class HttpStatusError(FetchError):
    """The server answered with a status that is not content.

    :param status: the HTTP status code
    :param retry_after: how long the server asks us to wait, where it says so
    """

    def __init__(
        self,
        subject: str,
        status: int,
        problem: str = "",
        remedy: str = "",
        *,
        retry_after: timedelta | None = None,
    ) -> None:
        self.status = status
        self.retry_after = retry_after
        super().__init__(subject, problem or f"the server answered {status}", remedy)


class BodyRefused(FetchError):
    """The body is too large or encoded in a way that we do not decode."""

    retryable = False


class TooManyRedirects(FetchError):
    """A redirect loop, a chain over the limit, or a downgrade to http."""

    retryable = False


class RobotsRefused(FetchError):
    """The site's robots.txt does not allow the page, so it was not asked for.

    :param for_now: robots.txt could not be read, which counts as a refusal until it can
    """

    def __init__(
        self, subject: str, problem: str, remedy: str = "", *, for_now: bool = False
    ) -> None:
        self.for_now = for_now
        super().__init__(subject, problem, remedy)


class HostBudgetSpent(FetchError):
    """The requests that a host may be sent in a day are used up.

    :param retry_after: the rest of the day
    """

    def __init__(
        self, subject: str, problem: str, remedy: str = "", *, retry_after: timedelta
    ) -> None:
        self.retry_after = retry_after
        super().__init__(subject, problem, remedy)


class SourceError(TidingsError):
    """A source answered, but not with what its kind needs."""

    retryable = True


class NotAFeed(SourceError):
    """The bytes are no feed, sitemap or listing."""


class UnsafeDocument(SourceError):
    """The document declares entities, or parsing it exceeded time or memory."""

    retryable = False


class ArticleError(TidingsError):
    """A page is no article that can be judged."""


class Unreadable(ArticleError):
    """Nothing to judge is left of a page.

    :param cause: one of ``monitors.model.UNREADABLE_CAUSES``
    """

    def __init__(self, subject: str, cause: str, problem: str, remedy: str = "") -> None:
        self.cause = cause
        super().__init__(subject, problem, remedy)


class EncoderError(TidingsError):
    """A model cannot be loaded or used."""


class NotCalibrated(EncoderError):
    """No thresholds are known for this model."""


class JudgeError(TidingsError):
    """The outside judge gave no answer that counts; the built-in decision stands."""


class JudgeUnavailable(JudgeError):
    """No connection, no complete answer in time, or a status that is no answer."""

    retryable = True


class JudgeUnclear(JudgeError):
    """It answered with something outside the closed list of answers."""


class JudgeUnfit(JudgeError):
    """It answers plain questions wrongly, and is believed all the same."""


class StoreError(TidingsError):
    """The database failed."""


class StoreBusy(StoreError):
    """The database is locked by another process."""

    retryable = True


class StoreFull(StoreError):
    """The disk has no space left."""


class StoreReadOnly(StoreError):
    """The file or the account may not write."""


class StoreCorrupt(StoreError):
    """The file is damaged or no database of ours."""


class StoreUnavailable(StoreError):
    """The database server cannot be reached."""

    retryable = True


class DeliveryError(TidingsError):
    """A message was not delivered."""


class DeliveryDeferred(DeliveryError):
    """Definitely not sent; trying again can help.

    :param retry_after: the wait that the receiver asked for, where it did
    """

    retryable = True

    def __init__(
        self,
        subject: str,
        problem: str,
        remedy: str = "",
        *,
        retry_after: timedelta | None = None,
    ) -> None:
        self.retry_after = retry_after
        super().__init__(subject, problem, remedy)


class DeliveryRefused(DeliveryError):
    """Definitely not sent, and never accepted as it is.

    :param code: Slack's error code, e.g. ``channel_not_found``
    """

    def __init__(self, subject: str, code: str, problem: str = "", remedy: str = "") -> None:
        self.code = code
        super().__init__(subject, problem or code, remedy)


class DeliveryUnknown(DeliveryError):
    """No answer came: the message may or may not have been sent."""


class RunSkipped(TidingsError):
    """Another run holds the lease."""

    retryable = True


class NothingAnswered(TidingsError):
    """Every source that a run asked failed, and no other answered lately."""

    retryable = True
