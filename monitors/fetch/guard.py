"""Keeps the fetcher away from addresses inside the operator's network.

A feed, a redirect or a name server may point at ``127.0.0.1`` or at a cloud's metadata
service. :func:`check_url` judges a URL before anything is sent. :class:`GuardedBackend`
judges the addresses that the name resolves to in the moment of dialling and dials just
those, so that a name server cannot answer differently the second time.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Any

import httpcore
import httpx

from monitors.errors import AddressRefused
from monitors.fetch.meter import MeteredStream
from monitors.redact import redact

Resolve = Callable[[str, int], Awaitable[list[str]]]

_ALLOW = "Name the host or its network in TIDINGS_ALLOW_HOSTS if it is yours and may be fetched"
_NAT64 = IPv6Network("64:ff9b::/96")
_RELAYS = IPv4Network("192.88.99.0/24")
_PROTOCOLS = IPv4Network("192.0.0.0/24")  # older Pythons call most of it global
_ISATAP = (b"\x00\x00\x5e\xfe", b"\x02\x00\x5e\xfe")
_METADATA = {IPv4Address("168.63.129.16"), IPv4Address("169.254.169.254")}
_MOST_ADDRESSES = 4

LONGEST_URL = 8000
"""Characters of a URL; RFC 9110 (4.1) asks that at least so many be understood."""


def check_url(url: str, allow_hosts: Collection[str] = ()) -> httpx.URL:
    """Parse ``url`` and refuse what must not be asked for, without resolving its name.

    :param allow_hosts: what may be fetched although private: a host or ``host:port`` as it
        stands in the URL, or a network such as ``10.0.0.0/8``
    :raises AddressRefused: its scheme, userinfo, host or port
    """
    if len(url) > LONGEST_URL:
        raise AddressRefused(redact(url[:200]), "its address is too long", "Correct the address")
    subject = redact(url)
    try:
        parsed = httpx.URL(url.strip())
    except (httpx.InvalidURL, ValueError) as error:
        raise AddressRefused(subject, "this is no valid URL", "Correct the address") from error
    if parsed.scheme not in ("http", "https"):
        kind = f"scheme '{parsed.scheme}'" if parsed.scheme else "no scheme"
        raise AddressRefused(subject, f"{kind}: only http and https are fetched")
    if parsed.userinfo:
        raise AddressRefused(
            subject, "it carries a user name or password", "Use an address without one"
        )
    host = parsed.raw_host.decode("ascii").lower().rstrip(".")
    if not host or (parsed.port is not None and not 0 < parsed.port < 65536):
        raise AddressRefused(subject, "its host or port is missing", "Correct the address")
    problem = None if is_allowed(host, _port(parsed), allow_hosts) else _host_problem(host)
    if problem:
        raise AddressRefused(subject, problem, _ALLOW)
    return parsed


def is_allowed(host: str, port: int, allow_hosts: Collection[str]) -> bool:
    """Whether the operator allows ``host`` (without brackets), or just this port of it.

    Names are compared as they are written; what they resolve to is judged when it is dialled.
    """
    host = host.lower().rstrip(".").strip("[]")
    shown = f"[{host}]" if ":" in host else host
    if not {host, shown, f"{shown}:{port}"}.isdisjoint(h.strip().lower() for h in allow_hosts):
        return True
    try:
        return in_allowed_network(ip_address(host), allow_hosts)
    except ValueError:  # a name
        return False


def in_allowed_network(address: IPv4Address | IPv6Address, allow_hosts: Collection[str]) -> bool:
    """Whether ``address`` lies in one of the networks among ``allow_hosts``."""
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return False
        address = address.ipv4_mapped or address  # which is where it is dialled
    return any(address in network for network in _networks(allow_hosts))


def _networks(allow_hosts: Collection[str]) -> Iterable[IPv4Network | IPv6Network]:
    for allowed in allow_hosts:
        if "/" in allowed:
            with contextlib.suppress(ValueError):  # settings refuse these
                yield ip_network(allowed.strip())


def address_problem(address: IPv4Address | IPv6Address) -> str | None:
    """Why ``address`` must not be dialled, or None for a public address."""
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return f"{address} has a zone"
        for inner in _wrapped(address):
            problem = address_problem(inner)
            if problem:
                return f"{address} wraps {problem}"
        if address.ipv4_mapped or address in _NAT64:
            return None
    for problem, holds in (
        ("unspecified", address.is_unspecified),
        ("a loopback address", address.is_loopback),
        ("a cloud's metadata service", address in _METADATA),
        ("a link-local address", address.is_link_local),
        ("a multicast address", address.is_multicast),
        ("site-local", isinstance(address, IPv6Address) and address.is_site_local),
        ("reserved", address.is_reserved or address in _PROTOCOLS),
        ("a private or shared address", not address.is_global),
        ("a relay", address in _RELAYS),
    ):
        if holds:
            return f"{address}, {problem}"
    return None


def _wrapped(address: IPv6Address) -> Iterable[IPv4Address]:
    """The IPv4 addresses that an IPv6 address may end at."""
    if address.ipv4_mapped:
        yield address.ipv4_mapped
    if address.sixtofour:
        yield address.sixtofour
    if address.teredo:
        yield from address.teredo
    packed = address.packed
    last = IPv4Address(packed[12:])
    compatible = packed[:12] == bytes(12) and int(last) > 1  # not "::" and "::1"
    if compatible or address in _NAT64 or packed[8:12] in _ISATAP:
        yield last


def _port(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _host_problem(host: str) -> str | None:
    if "%" in host:
        return "its host has a zone or an escape"
    if host == "localhost" or host.endswith(".localhost"):
        return f"{host}, a loopback name"
    try:
        return address_problem(ip_address(host.strip("[]")))
    except ValueError:
        last = host.rpartition(".")[2]
        if last.isdigit() or last.startswith("0x"):
            # Resolvers read 2130706433, 0x7f.1 and 0177.0.0.1 as 127.0.0.1.
            return "its host is an address in a disguised form"
        return None


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Dials only addresses that were checked.

    :param allow_hosts: as for :func:`check_url`
    :param resolve: name and port to addresses; the system's resolver by default
    :param dial: makes the connections to addresses that passed
    """

    def __init__(
        self,
        allow_hosts: Collection[str] = (),
        resolve: Resolve | None = None,
        dial: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self._allow_hosts = frozenset(allow_hosts)
        self._executor: ThreadPoolExecutor | None = None
        self._resolve = resolve or self._ask_the_system
        self._network = dial or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  (the signature of the base class)
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await self.checked(host, port)
        share = timeout / len(addresses) if timeout else None
        failure: Exception = httpcore.ConnectError("no address")
        for address in addresses:
            try:
                stream = await self._network.connect_tcp(
                    address, port, share, local_address, socket_options
                )
                return MeteredStream(stream)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise AddressRefused(path, "sockets of this machine are not fetched")

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)

    async def checked(self, host: str, port: int) -> list[str]:
        """The addresses of ``host`` that may be dialled.

        :raises AddressRefused: if any of them must not be
        :raises httpcore.ConnectError: the name does not resolve
        """
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"the name {host} does not resolve") from error
        if not addresses:
            raise httpcore.ConnectError(f"the name {host} has no address")
        if not is_allowed(host, port, self._allow_hosts):
            for address in addresses:
                try:
                    found = ip_address(address)
                except ValueError:
                    raise AddressRefused(host, "it resolves to what is no address") from None
                problem = address_problem(found)
                if problem and not in_allowed_network(found, self._allow_hosts):
                    raise AddressRefused(host, f"it resolves to {problem}", _ALLOW)
        return addresses[:_MOST_ADDRESSES]

    def close(self) -> None:
        """Let go of the threads that resolve names."""
        if self._executor is not None:
            self._executor.shutdown(wait=False)
            self._executor = None

    async def _ask_the_system(self, host: str, port: int) -> list[str]:
        # Threads of our own: slow name servers must not stop those of asyncio.to_thread.
        if self._executor is None:
            self._executor = ThreadPoolExecutor(16, thread_name_prefix="resolve")
        found = await asyncio.get_running_loop().run_in_executor(
            self._executor, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return list(dict.fromkeys(str(info[4][0]) for info in found))
