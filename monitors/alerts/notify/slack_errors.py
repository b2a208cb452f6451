"""What Slack's answers mean for a message: sent never, not yet, or nobody knows.

Slack's method pages list the codes. ``fatal_error`` and ``internal_error`` say that a part
of the operation may have succeeded, and ``service_unavailable`` does not say that none did,
so they count as unknown.
"""

from __future__ import annotations

import errno
import socket
import ssl
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.error import URLError

from monitors.errors import DeliveryDeferred, DeliveryError, DeliveryRefused, DeliveryUnknown

DEFAULT_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)

_NEW_TOKEN = "Put a valid bot token (xoxb-…) into SLACK_BOT_TOKEN."  # noqa: S105
_PERMISSION = "Ask a workspace administrator to let the app post there."
_EDIT = "Nothing to do: the message stays as it is."

REMEDIES = {
    "invalid_auth": _NEW_TOKEN,
    "not_authed": _NEW_TOKEN,
    "account_inactive": _NEW_TOKEN,
    "token_revoked": _NEW_TOKEN,
    "token_expired": _NEW_TOKEN,
    "not_allowed_token_type": _NEW_TOKEN,
    "org_login_required": "Wait until the workspace has moved to its organisation.",
    "ekm_access_denied": _PERMISSION,
    "two_factor_setup_required": "Set up two-factor login for the account that owns the app.",
    "missing_scope": "Add the scopes that README names to the app and install it again.",
    "no_permission": "Add the scopes that README names to the app and install it again.",
    "access_denied": _PERMISSION,
    "team_access_not_granted": _PERMISSION,
    "enterprise_is_restricted": _PERMISSION,
    "channel_not_found": "Create the channel, or correct its name in watch.yaml; "
    "invite the app to it where it is private.",
    "is_archived": "Unarchive the channel, or name another one in watch.yaml.",
    "not_in_channel": "Invite the app to the channel: /invite @tidings.",
    "restricted_action": _PERMISSION,
    "restricted_action_read_only_channel": _PERMISSION,
    "restricted_action_thread_only_channel": _PERMISSION,
    "restricted_action_non_threadable_channel": _PERMISSION,
    "restricted_action_thread_locked": _PERMISSION,
    "invalid_blocks": "Please report this with the output of tidings outbox.",
    "invalid_blocks_format": "Please report this with the output of tidings outbox.",
    "invalid_arguments": "Please report this with the output of tidings outbox.",
    "invalid_metadata_format": "Please report this with the output of tidings outbox.",
    "metadata_too_large": "Please report this with the output of tidings outbox.",
    "msg_too_long": "Please report this with the output of tidings outbox.",
    "msg_blocks_too_long": "Please report this with the output of tidings outbox.",
    "no_text": "Please report this with the output of tidings outbox.",
    "as_user_not_supported": "Please report this with the output of tidings outbox.",
    "thread_not_found": "The thread was deleted; the message is sent to the channel instead.",
    "cannot_reply_to_message": "The message takes no replies; it is sent to the channel.",
    "cant_update_message": _EDIT,
    "message_not_found": _EDIT,
    "edit_window_closed": _EDIT,
    "cant_broadcast_message": _PERMISSION,
    "deprecated_endpoint": "Update Tidings.",
    "method_deprecated": "Update Tidings.",
    "unknown_method": "Check SLACK_API_URL.",
    "file_uploads_disabled": "Ask a workspace administrator to allow uploads.",
    "file_uploads_except_images_disabled": "Ask a workspace administrator to allow uploads.",
}
"""Codes that no repetition can change, with what to do about each."""

ACCOUNT_CODES = frozenset(
    {
        "invalid_auth",
        "not_authed",
        "account_inactive",
        "token_revoked",
        "token_expired",
        "not_allowed_token_type",
        "two_factor_setup_required",
        "org_login_required",
        "unknown_method",
    }
)
"""Refusals of the app as a whole: no message of ours will be taken until that is mended."""

BLOCK_CODES = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long"}
)
"""Refusals of the form: the same words may pass as plain text."""

THREAD_CODES = frozenset(
    {"thread_not_found", "cannot_reply_to_message", "message_not_found", "invalid_thread_ts"}
)
"""Refusals of a reply: the same message may pass outside the thread."""

_DOUBTFUL_CODES = frozenset({"fatal_error", "internal_error", "service_unavailable"})
_RATE_CODES = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})


def from_code(subject: str, code: str, status: int, wait: timedelta | None) -> DeliveryError:
    """The error for an ``ok: false`` answer."""
    if code in _DOUBTFUL_CODES or (status >= 500 and code not in REMEDIES):
        return DeliveryUnknown(subject, f"Slack failed inside ({code})")
    if status == 429 or code in _RATE_CODES:
        return DeliveryDeferred(
            subject, f"Slack asks us to slow down ({code})", retry_after=wait or DEFAULT_WAIT
        )
    if code in REMEDIES:
        return DeliveryRefused(subject, code, f"Slack refuses it ({code})", REMEDIES[code])
    # A code we do not know is a definite no; trying again later can only help.
    return DeliveryDeferred(subject, f"Slack did not take it ({code})", retry_after=wait)


def from_status(subject: str, status: int, wait: timedelta | None) -> DeliveryError:
    """The error for an answer that is not Slack's JSON."""
    if status == 429:
        return DeliveryDeferred(
            subject, "Slack asks us to slow down (429)", retry_after=wait or DEFAULT_WAIT
        )
    if 400 <= status < 500 and status != 408:
        return DeliveryDeferred(
            subject, f"the address answered {status}, not as Slack does", "Check SLACK_API_URL."
        )
    return DeliveryUnknown(subject, f"the address answered {status}, not as Slack does")


def from_exception(subject: str, error: BaseException) -> DeliveryError:
    """The error for a connection that failed, named by its class: texts may hold secrets."""
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, socket.gaierror):
        return DeliveryDeferred(
            subject, "Slack's address is not known to DNS", "Check the network and SLACK_API_URL."
        )
    if isinstance(reason, ssl.SSLCertVerificationError):
        return DeliveryDeferred(
            subject, "the certificate is not trusted", "Check SLACK_API_URL and the proxy."
        )
    if isinstance(error, URLError) and isinstance(reason, OSError) and _unconnected(reason):
        return DeliveryDeferred(
            subject,
            "no connection to Slack (refused or unreachable)",
            "Check the network and SLACK_API_URL.",
        )
    if isinstance(reason, TimeoutError):
        return DeliveryUnknown(subject, "no answer in time")
    return DeliveryUnknown(subject, f"the connection broke ({type(reason).__name__})")


def _unconnected(reason: OSError) -> bool:
    never = {errno.ECONNREFUSED, errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL}
    return reason.errno in never


def wait_from(header: str | None, now: datetime) -> timedelta | None:
    """What a Retry-After header asks for: seconds or a date, at most an hour, else None."""
    value = (header or "").strip()
    try:
        wait = timedelta(seconds=float(value))
    except (ValueError, OverflowError):
        try:
            moment = parsedate_to_datetime(value)
            wait = moment - now if moment.tzinfo else timedelta(0)
        except (ValueError, TypeError, OverflowError):
            return None
    if wait <= timedelta(0):
        return None
    return min(wait, LONGEST_WAIT)
