"""What an answer's status and headers mean for us."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

from monitors.errors import ConnectionFailed, HttpStatusError

_LATER = "It is tried again later"
_MOST_CAUSES = 5
_REMEDIES = {
    400: "Check the address",
    401: "It wants a login, which Tidings never gives: use a public address of this source",
    402: "It wants a payment: use a public address of this source",
    403: "It refuses programs like ours: ask the publisher, or use its feed or sitemap",
    404: "Check the address; the page may have moved",
    405: "Check the address",
    406: "Check the address",
    410: "It is gone for good: remove it or name its new address",
    429: "We ask too often: raise the source's interval ('every')",
    451: "It is withheld for legal reasons where this machine is",
    503: "It is overloaded or under maintenance; it is tried again later",
}
_PROBLEMS = {
    401: "the server refuses us (401, login needed)",
    403: "the server refuses us (403)",
    404: "there is no such page (404)",
    410: "the page was removed for good (410)",
    429: "the server asks us to slow down (429)",
    503: "the server is unavailable for now (503)",
}


def status_error(
    subject: str, status: int, retry_after: timedelta | None = None
) -> HttpStatusError:
    """The error for a ``status`` that is not content, with what to do about it."""
    problem = _PROBLEMS.get(status, f"the server answered {status}")
    if status >= 500 and status not in _PROBLEMS:
        problem = f"the server failed ({status})"
    if 300 <= status < 400:
        problem = f"the server answered {status} without saying where to go"
    later = "The fault is the server's; it is tried again later" if status >= 500 else ""
    remedy = _REMEDIES.get(status) or later or "Check the address"
    return HttpStatusError(subject, status, problem, remedy, retry_after=retry_after)


def retry_after(headers: httpx.Headers, now: datetime) -> timedelta | None:
    """The wait that ``Retry-After`` asks for, in seconds or as a date; None where unclear."""
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}", value):
        return timedelta(seconds=int(value))
    until = _http_date(value)
    return max(until - now, timedelta(0)) if until else None


def cache_for(headers: httpx.Headers, now: datetime) -> timedelta | None:
    """How long the answer stays fresh, by ``Cache-Control`` or else ``Expires``."""
    control = headers.get("cache-control", "").lower()
    if "no-store" in control or "no-cache" in control:
        return timedelta(0)
    age = re.search(r"max-age=\"?(\d{1,9})", control)
    if age:
        return timedelta(seconds=int(age[1]))
    expires = _http_date(headers.get("expires", ""))
    return max(expires - now, timedelta(0)) if expires else None


def _http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def connection_failed(subject: str, error: Exception) -> ConnectionFailed:
    """The error for a connection that was not made, or broke."""
    for reason in _causes(error):
        if isinstance(reason, ssl.SSLCertVerificationError):
            why = reason.verify_message or "unknown reason"
            return ConnectionFailed(
                subject, f"its TLS certificate is not valid ({why})", "Tell the publisher"
            )
        if isinstance(reason, ssl.SSLError):
            return ConnectionFailed(subject, "the TLS handshake failed", "Check the address")
    if isinstance(error, httpx.ConnectError):
        text = str(error)
        problem = text if text.startswith("the name") else "no connection to the server"
        return ConnectionFailed(subject, problem, "Check the address and this machine's network")
    if isinstance(error, httpx.ProtocolError):
        return ConnectionFailed(subject, "the answer is broken HTTP or ends early", _LATER)
    return ConnectionFailed(subject, "the connection broke off", _LATER)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """``error`` and what led to it."""
    reason: BaseException | None = error
    for _ in range(_MOST_CAUSES):
        if reason is None:
            return
        yield reason
        # httpcore raises again "from None", which leaves the cause in the context only.
        reason = reason.__cause__ or reason.__context__
