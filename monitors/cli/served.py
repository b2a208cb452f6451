"""Whether the report is where messages link to: a part of ``tidings check``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitors.errors import AddressRefused, HttpStatusError, SettingsError

if TYPE_CHECKING:
    from monitors.ports import Fetcher

_LOGIN = (401, 403)
_OURS = b"\xc2\xb7 Tidings</title>"


async def served(report_url: str, fetcher: Fetcher) -> str:
    """What is at ``report_url``, in words.

    A page behind a login, or in a network that Tidings may not look into, is taken for good:
    its readers can see it where Tidings cannot.

    :raises SettingsError: there is something else
    :raises FetchError: nothing answers
    """
    try:
        page = await fetcher.fetch(f"{report_url}index.html", accept="text/html")
    except AddressRefused:
        return f"{report_url} is not looked at: it is in a network of your own"
    except HttpStatusError as error:
        if error.status in _LOGIN:
            return f"{report_url} asks for a login; its readers need one"
        raise _nothing(f"{report_url}index.html answers {error.status}") from error
    if _OURS not in page.body:
        raise _nothing(f"{report_url}index.html is there, but no report")
    return f"messages link to {report_url}"


def _nothing(problem: str) -> SettingsError:
    return SettingsError(
        "TIDINGS_REPORT_URL",
        problem,
        "Serve the folder of TIDINGS_REPORT_DIR there; tidings report writes it",
    )
