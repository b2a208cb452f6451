"""The HTTP client that fetching uses: httpx on connections that pass the guard.

httpx's own transport takes no network backend, so :class:`GuardedTransport` stands in its
place. :func:`guarded_client` switches off what httpx would do unasked: log URLs, keep
cookies, obey proxy variables and parse the targets of redirects.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import ssl
from collections.abc import AsyncIterator, Iterator
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpcore
import httpx

from monitors.fetch.guard import GuardedBackend

LOCATION = "location"
"""The response extension with a redirect's target as it came; None where there is none."""

# The general before the special: the last that fits is taken.
_SAME_IN_HTTPX: tuple[tuple[type[Exception], type[httpx.TransportError]], ...] = (
    (httpcore.TimeoutException, httpx.TimeoutException),
    (httpcore.ConnectTimeout, httpx.ConnectTimeout),
    (httpcore.ReadTimeout, httpx.ReadTimeout),
    (httpcore.WriteTimeout, httpx.WriteTimeout),
    (httpcore.PoolTimeout, httpx.PoolTimeout),
    (httpcore.NetworkError, httpx.NetworkError),
    (httpcore.ConnectError, httpx.ConnectError),
    (httpcore.ReadError, httpx.ReadError),
    (httpcore.WriteError, httpx.WriteError),
    (httpcore.ProtocolError, httpx.ProtocolError),
    (httpcore.LocalProtocolError, httpx.LocalProtocolError),
    (httpcore.RemoteProtocolError, httpx.RemoteProtocolError),
    (httpcore.UnsupportedProtocol, httpx.UnsupportedProtocol),
)


def guarded_client(
    backend: GuardedBackend, timeout: httpx.Timeout, tls: ssl.SSLContext | None = None
) -> httpx.AsyncClient:
    """An :class:`httpx.AsyncClient` that dials by ``backend`` and keeps nothing.

    It follows no redirects; their target is the response's extension :data:`LOCATION`.
    Send requests that were built whole (:class:`httpx.Request`), so that none of httpx's
    default headers are added.
    """
    # httpx logs each URL at INFO, and httpcore each answer's headers at DEBUG. Both may
    # hold tokens: in the query, in a redirect's target, in a cookie.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return httpx.AsyncClient(
        transport=GuardedTransport(backend, tls),
        timeout=timeout,
        trust_env=False,
        follow_redirects=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        event_hooks={"response": [_take_location]},
    )


class GuardedTransport(httpx.AsyncBaseTransport):
    """Requests over HTTP/1.1 on connections that ``backend`` made.

    Errors of httpcore become those of httpx with the same name; the backend's own
    :class:`~monitors.errors.AddressRefused` passes as it is.
    """

    def __init__(self, backend: GuardedBackend, tls: ssl.SSLContext | None = None) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls or _tls(),
            max_connections=100,
            max_keepalive_connections=20,
            keepalive_expiry=15.0,
            network_backend=backend,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        with _as_httpx_errors():
            response = await self._pool.handle_async_request(
                httpcore.Request(
                    method=request.method,
                    url=httpcore.URL(
                        scheme=url.raw_scheme,
                        host=url.raw_host,
                        port=url.port,
                        target=url.raw_path,
                    ),
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=request.extensions,
                )
            )
        return httpx.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Stream(response),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Stream(httpx.AsyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _as_httpx_errors():
            async for chunk in self._response.aiter_stream():
                yield chunk

    async def aclose(self) -> None:
        await self._response.aclose()


@contextlib.contextmanager
def _as_httpx_errors() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        fitting = [ours for theirs, ours in _SAME_IN_HTTPX if isinstance(error, theirs)]
        if not fitting:
            raise
        raise fitting[-1](str(error)) from error


async def _take_location(response: httpx.Response) -> None:
    """Hide a redirect's target from httpx.

    It parses targets even of redirects that it does not follow, and fails on bad ones with
    errors that look like a broken connection.
    """
    response.extensions[LOCATION] = response.headers.pop("location", None)


@functools.cache
def _tls() -> ssl.SSLContext:
    """Made once: reading the certificates takes longer than most fetches."""
    return httpx.create_ssl_context(trust_env=False)
