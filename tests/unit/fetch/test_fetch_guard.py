from __future__ import annotations

import asyncio
from ipaddress import ip_address

import httpcore
import pytest

from monitors.errors import AddressRefused
from monitors.fetch.guard import GuardedBackend, address_problem, check_url, is_allowed

PRIVATE_ADDRESSES = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",  # noqa: S104
    "0.1.2.3",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "168.63.129.16",
    "100.64.0.1",
    "100.100.100.200",
    "192.0.0.8",
    "192.0.2.1",
    "198.18.0.1",
    "192.88.99.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:a00:1",
    "64:ff9b::7f00:1",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2002:c0a8:101::1",
    "2001:0:1::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "2a00::5efe:127.0.0.1",
    "2a00::200:5efe:10.0.0.1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1111%1",
    "fec0::1",
    "ff02::1",
    "100::1",
]
PUBLIC_ADDRESSES = [
    "8.8.8.8",
    "93.184.216.34",
    "2606:4700:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
]


@pytest.mark.parametrize("address", PRIVATE_ADDRESSES)
def test_private_addresses_are_refused(address: str) -> None:
    assert address_problem(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC_ADDRESSES)
def test_public_addresses_are_dialled(address: str) -> None:
    assert address_problem(ip_address(address)) is None


@pytest.mark.parametrize(
    "url",
    [
        *(f"http://{a}/" for a in PRIVATE_ADDRESSES if ":" not in a),
        *(f"http://[{a}]/" for a in PRIVATE_ADDRESSES if ":" in a),
        "http://2130706433/",
        "http://017700000001/",
        "http://0x7f000001/",
        "http://0x7f.0.0.1/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://127.0.1/",
        "http://127.0.0.1./",
        "http://127.0.0.01/",
        "http://０１２７.0.0.1/",
        "http://①②⑦.0.0.1/",
        "http://127。0。0。1/",
        "http://localhost/",
        "http://LOCALHOST:8080/",
        "http://localhost./",
        "http://db.localhost/",
        "http://user@example.org/",
        "http://user:pw@example.org/",
        "http://example.org@127.0.0.1/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "javascript:alert(1)",
        "//example.org/",
        "/relative",
        "http:///path",
        "http://",
        "",
        "http://exa mple.org/",
        "http://example.org:99999/",
        "http://example.org:0/",
        "http://[::1/",
        "http://[fe80::1%25eth0]/",
        "http://example.org/\r\nX: 1",
    ],
)
def test_urls_that_must_not_be_asked_for_are_refused(url: str) -> None:
    with pytest.raises(AddressRefused) as caught:
        check_url(url)
    assert "pw" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("https://example.org/a?b=c", "https://example.org/a?b=c"),
        (" https://Example.ORG:443/ ", "https://example.org/"),
        (
            "http://кремль.рф/новости",
            "http://xn--e1ajeds9e.xn--p1ai/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8",
        ),
        ("http://8.8.8.8:8080/", "http://8.8.8.8:8080/"),
        ("http://1.example.org/", "http://1.example.org/"),
    ],
)
def test_public_urls_pass(url: str, normal: str) -> None:
    assert str(check_url(url)) == normal


@pytest.mark.parametrize(
    ("allowed", "host", "port", "holds"),
    [
        ({"127.0.0.1"}, "127.0.0.1", 80, True),
        ({"127.0.0.1:8000"}, "127.0.0.1", 8000, True),
        ({"127.0.0.1:8000"}, "127.0.0.1", 8001, False),
        ({"Intranet.Example"}, "intranet.example.", 443, True),
        ({"[::1]:8000"}, "::1", 8000, True),
        ({"::1"}, "[::1]", 8000, True),
        ({"example"}, "intranet.example", 80, False),
        ({"10.0.0.0/8"}, "10.1.2.3", 8080, True),
        ({"10.0.0.0/8"}, "::ffff:10.1.2.3", 80, True),
        ({"10.0.0.0/8"}, "11.0.0.1", 80, False),
        ({"10.0.0.0/8"}, "10.example", 80, False),
        ({"fd00::/8"}, "[fd12::1]", 80, True),
        ({"fd00::/8"}, "fe80::1", 80, False),
        ({"::/0"}, "fe80::1%eth0", 80, False),
        ({"0.0.0.0/0"}, "2130706433", 80, False),
        ({"intranet/8"}, "10.0.0.1", 80, False),
        (set(), "localhost", 80, False),
    ],
)
def test_the_operator_allows_hosts_or_single_ports(
    allowed: set[str], host: str, port: int, holds: bool
) -> None:
    assert is_allowed(host, port, allowed) is holds


@pytest.mark.parametrize(
    ("address", "dialled"),
    [("10.1.2.3", True), ("192.168.1.1", False), ("127.0.0.1", False), ("93.184.216.34", True)],
)
def test_an_allowed_network_is_compared_with_what_a_name_resolves_to(
    address: str, dialled: bool
) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return [address]

    backend = GuardedBackend({"10.0.0.0/8"}, resolve)
    if dialled:
        assert asyncio.run(backend.checked("intranet.example", 80)) == [address]
    else:
        with pytest.raises(AddressRefused, match=address):
            asyncio.run(backend.checked("intranet.example", 80))


def test_one_address_outside_an_allowed_network_refuses_the_name() -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["10.1.2.3", "169.254.169.254"]

    with pytest.raises(AddressRefused, match="metadata"):
        asyncio.run(GuardedBackend({"10.0.0.0/8"}, resolve).checked("intranet.example", 80))


def test_a_literal_address_in_an_allowed_network_passes_and_a_disguised_one_does_not() -> None:
    assert check_url("http://10.1.2.3/feed", {"10.0.0.0/8"}).host == "10.1.2.3"
    with pytest.raises(AddressRefused, match="disguised"):
        check_url("http://167838211/feed", {"10.0.0.0/8"})


def test_a_name_server_that_changes_its_answer_is_caught_at_each_dial() -> None:
    answers = [["93.184.216.34"], ["127.0.0.1"]]

    async def resolve(host: str, port: int) -> list[str]:
        return answers.pop(0)

    async def work() -> None:
        backend = GuardedBackend(resolve=resolve)
        assert await backend.checked("rebind.example", 80) == ["93.184.216.34"]
        with pytest.raises(AddressRefused, match="loopback"):
            await backend.connect_tcp("rebind.example", 80, timeout=1)

    asyncio.run(work())


def test_a_name_without_addresses_is_no_connection() -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return []

    with pytest.raises(httpcore.ConnectError, match="no address"):
        asyncio.run(GuardedBackend(resolve=resolve).checked("empty.example", 80))


def test_sockets_of_this_machine_are_refused() -> None:
    with pytest.raises(AddressRefused):
        asyncio.run(GuardedBackend().connect_unix_socket("/run/docker.sock"))


def test_the_systems_resolver_finds_this_machine_and_the_guard_refuses_it() -> None:
    async def work() -> None:
        backend = GuardedBackend()
        try:
            with pytest.raises(AddressRefused):
                await backend.checked("localhost", 80)
        finally:
            backend.close()

    asyncio.run(work())
