"""Every attack of the table."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import ssl
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from monitors.fetch.robots import LIMIT as ROBOTS
from monitors.model import Page, Source, SourceState
from monitors.sources import READERS
from monitors.testing import FakeFetcher
from tests.support.attacks import (
    CAP,
    DEADLINE,
    Attack,
    Bytes,
    Range,
    Serve,
    answered_by,
    sends,
    serving,
)

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)
CODES = (301, 302, 303, 307, 308)
OK = b"HTTP/1.1 200 OK\r\n"

# What a URL holds, and the same as a name server would give it. Where an address can hold
# another one, that is 127.9.9.9.
FORMS = {
    "private 10/8": ("10.0.0.1", "10.0.0.1"),
    "private 172.16/12": ("172.16.0.1", "172.16.0.1"),
    "private 192.168/16": ("192.168.1.1", "192.168.1.1"),
    "loopback": ("127.9.9.9", "127.9.9.9"),
    "unspecified": ("0.0.0.0", "0.0.0.0"),  # noqa: S104
    "link-local, cloud metadata": ("169.254.169.254", "169.254.169.254"),
    "shared (CGNAT)": ("100.64.0.1", "100.64.0.1"),
    "multicast": ("224.0.0.1", "224.0.0.1"),
    "reserved": ("240.0.0.1", "240.0.0.1"),
    "broadcast": ("255.255.255.255", "255.255.255.255"),
    "IPv6 loopback": ("[::1]", "::1"),
    "IPv6 unique local": ("[fd00::1]", "fd00::1"),
    "IPv6 link-local with zone": ("[fe80::1%25eth0]", "fe80::1%eth0"),
    "v4-mapped": ("[::ffff:127.9.9.9]", "::ffff:127.9.9.9"),
    "v4-compatible": ("[::127.9.9.9]", "::127.9.9.9"),
    "NAT64": ("[64:ff9b::7f09:909]", "64:ff9b::7f09:909"),
    "6to4": ("[2002:7f09:909::1]", "2002:7f09:909::1"),
    "Teredo": ("[2001:0:4136:e378:8000:63bf:80f6:f6f6]", "2001:0:4136:e378:8000:63bf:80f6:f6f6"),
    "decimal": ("2131298569", "2131298569"),
    "octal": ("0177.011.011.011", "0177.011.011.011"),
    "hexadecimal": ("0x7f.0x9.0x9.0x9", "0x7f090909"),
    # beyond the usual
    "shortened": ("127.1", "127.1"),
    "IPv6 multicast": ("[ff02::1]", "ff02::1"),
    "IPv6 link-local": ("[fe80::1]", "fe80::1"),
    "IPv6 site-local": ("[fec0::1]", "fec0::1"),
    "IPv6 documentation": ("[2001:db8::1]", "2001:db8::1"),
    "local NAT64": ("[64:ff9b:1::7f09:909]", "64:ff9b:1::7f09:909"),
    "ISATAP": ("[2a00::5efe:127.9.9.9]", "2a00::5efe:127.9.9.9"),
    "benchmarking": ("198.18.0.1", "198.18.0.1"),
    "full-width digits": ("１２７.９.９.９", "１２７.９.９.９"),
    "with a final dot": ("127.9.9.9.", "127.9.9.9"),
}


def all_attacks() -> list[Attack]:
    """The whole table."""
    return [
        *_addresses(),
        *_redirects(),
        *_slow(),
        *_bodies(),
        *_bombs(),
        *_headers(),
        *_tls(),
        *_documents(),
    ]


def _addresses() -> Iterator[Attack]:
    for form, (host, address) in FORMS.items():
        yield Attack("address, direct", form, _direct(host))
        yield Attack("address, by DNS", form, _by_dns([address]))
        yield Attack("address, by DNS among others", form, _by_dns(["127.0.0.1", address]))
        for code in CODES:
            yield Attack(f"address, by redirect {code}", form, _by_redirect(host, code))
        yield Attack("address, by rebinding", form, _by_rebinding(address))
    for name in ("localhost", "LOCALHOST", "db.localhost", "localhost."):
        yield Attack("address, direct", name, _direct(name))


def _direct(host: str) -> Callable[[Range], Any]:
    return lambda ground: ground.fetch(f"http://{host}:8080/")


def _resolving(answers: list[list[str]]) -> Callable[[str, int], Any]:
    async def resolve(host: str, port: int) -> list[str]:
        return answers.pop(0) if len(answers) > 1 else answers[0]

    return resolve


def _by_dns(addresses: list[str]) -> Callable[[Range], Any]:
    async def run(ground: Range) -> bytes:
        resolve = _resolving([addresses])
        return await ground.fetch("http://evil.example:8080/", resolve=resolve)

    return run


def _by_redirect(host: str, code: int) -> Callable[[Range], Any]:
    return answered_by(sends(_redirect(f"http://{host}:8080/", code)))


def _by_rebinding(address: str) -> Callable[[Range], Any]:
    """The name is good when it is first resolved, and leads elsewhere when it is dialled again."""

    async def run(ground: Range) -> bytes:
        async with serving(sends(_redirect("/again"))) as port:
            resolve = _resolving([["127.0.0.1"], [address]])
            return await ground.fetch(f"http://rebind.example:{port}/", resolve=resolve)

    return run


def _redirect(to: str, code: int = 302) -> bytes:
    head = f"HTTP/1.1 {code} Moved\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close"
    return head.encode() + b"\r\n\r\n"


def _redirects() -> Iterator[Attack]:
    group = "redirects"
    yield Attack(group, "to itself", answered_by(sends(_redirect("/a"))))
    yield Attack(group, "in a circle of two", answered_by(_hops(lambda n: (n + 1) % 2), path="/0"))
    yield Attack(group, "without an end", answered_by(_hops(lambda n: n + 1), path="/0"))
    yield Attack(group, "that grow", answered_by(_growing, path="/"))
    for to in (
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "data:text/html,x",
        "javascript:alert(1)",
        "dict://127.0.0.1:11211/stats",
        "http://user:password@127.0.0.1/",
        "http://[::1",
        "http:///nowhere",
        "//10.0.0.1/",
    ):
        yield Attack(group, f"to {to}", answered_by(sends(_redirect(to))))
    yield Attack(group, "from https to http", _downgrade)


def _hops(following: Callable[[int], int]) -> Serve:
    async def serve(path: str) -> Bytes:
        yield _redirect(f"/{following(int(path[1:]))}")

    return serve


async def _growing(path: str) -> Bytes:
    yield _redirect(f"{path}{'x' * 9000}")


async def _downgrade(ground: Range) -> bytes:
    async with serving(sends(OK + b"Content-Length: 1\r\n\r\nx")) as plain:
        target = sends(_redirect(f"http://127.0.0.1:{plain}/"))
        async with serving(target, _server_tls("127.0.0.1")) as port:
            return await ground.fetch(f"https://127.0.0.1:{port}/", tls=_client_tls())


def _slow() -> Iterator[Attack]:
    group = "slow servers"
    yield Attack(group, "no answer", answered_by(_dripping(b"", b"")))
    yield Attack(group, "headers byte by byte", answered_by(_dripping(OK + b"X: ", b"a")))
    yield Attack(group, "status line byte by byte", answered_by(_dripping(b"", b"H")))
    yield Attack(group, "a body at a byte a moment", answered_by(_dripping(OK + b"\r\n", b"x")))
    yield Attack(
        group,
        "chunks at a byte a moment",
        answered_by(_dripping(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n")),
    )
    yield Attack(
        group, "interim answers", answered_by(_dripping(b"", b"HTTP/1.1 102 Processing\r\n\r\n"))
    )
    yield Attack(group, "redirects that share the time", answered_by(_late_hops, path="/0"))
    yield Attack(group, "a robots.txt", answered_by(_slow_robots, call={"robots": True}))
    yield Attack(group, "a TLS handshake that never comes", _silent_tls)


def _dripping(start: bytes, drop: bytes) -> Serve:
    async def serve(path: str) -> Bytes:
        yield start
        while True:
            yield drop
            await asyncio.sleep(DEADLINE / 20)

    return serve


async def _late_hops(path: str) -> Bytes:
    await asyncio.sleep(DEADLINE / 3)
    yield _redirect(f"/{int(path[1:]) + 1}")


async def _slow_robots(path: str) -> Bytes:
    if path == "/robots.txt":
        yield OK + b"\r\n"
        await asyncio.sleep(60)
    yield OK + b"Content-Length: 1\r\n\r\nx"


async def _silent_tls(ground: Range) -> bytes:
    async with serving(sends()) as port:
        # It waits for the end of a request's head, which no handshake has.
        return await ground.fetch(f"https://127.0.0.1:{port}/")


def _bodies() -> Iterator[Attack]:
    group = "bodies"
    endless = _endless(OK + b"\r\n", b"x" * 8192)
    chunked = OK + b"Transfer-Encoding: chunked\r\n\r\n"
    yield Attack(group, "without an end", answered_by(endless))
    yield Attack(
        group,
        "without an end, in chunks",
        answered_by(_endless(chunked, b"2000\r\n" + b"x" * 8192 + b"\r\n")),
    )
    yield Attack(
        group,
        "in chunks of a byte",
        answered_by(_endless(chunked, b"1\r\nx\r\n" * 1000)),
    )
    yield Attack(
        group,
        "in chunks with long extensions",
        answered_by(_endless(chunked, b"1;" + b"e" * 9000 + b"\r\nx\r\n")),
    )
    yield Attack(
        group,
        "a trailer without an end",
        answered_by(_endless(chunked + b"1\r\nx\r\n0\r\n", b"X: y\r\n" * 1000)),
    )
    yield Attack(
        group,
        "a robots.txt without an end",
        answered_by(endless, call={"robots": True}),
        beside=2 * ROBOTS,
    )
    group = "false lengths"
    for name, length, body in (
        ("more announced than sent", b"1000", b"half"),
        ("far more announced than allowed", b"99999999999", b"x"),
        ("below zero", b"-1", b"x"),
        ("no number", b"ten", b"x"),
        ("two that differ", b"1\r\nContent-Length: 5", b"xxxxx"),
        ("two that differ, in one line", b"1, 5", b"xxxxx"),
        ("with a plus", b"+5", b"xxxxx"),
        ("in hexadecimal", b"0x5", b"xxxxx"),
        ("of 5,000 digits", b"9" * 5000, b"x"),
    ):
        head = OK + b"Content-Length: " + length + b"\r\n\r\n"
        yield Attack(group, name, answered_by(sends(head, body)))
    yield Attack(
        group,
        "less announced than sent",
        answered_by(_endless(OK + b"Content-Length: 5\r\n\r\n", b"x" * 8192)),
        contained=True,
    )
    for name, size in (("negative", b"-1"), ("no number", b"zz"), ("too long", b"f" * 40)):
        yield Attack(group, f"of a chunk: {name}", answered_by(sends(chunked, size + b"\r\nx")))


def _endless(start: bytes, piece: bytes) -> Serve:
    async def serve(path: str) -> Bytes:
        yield start
        for _ in itertools.repeat(None):
            yield piece

    return serve


def _bombs() -> Iterator[Attack]:
    group = "bombs"
    for coding, wbits in (("gzip", 31), ("x-gzip", 31), ("deflate", 15), ("deflate", -15)):
        name = f"{coding}{', raw' if wbits < 0 else ''}"
        yield Attack(group, name, _packed(coding, lambda w=wbits: _zeros(w)))
    yield Attack(group, "gzip in gzip", _packed("gzip, gzip", lambda: gzip.compress(_zeros(31))))
    yield Attack(
        group, "gzip in deflate", _packed("gzip, deflate", lambda: zlib.compress(_zeros(31)))
    )
    for coding in ("br", "zstd", "compress", "gzip,identity,gzip", "gzip, br"):
        yield Attack(group, f"encoding '{coding}'", _packed(coding, lambda: b"data"))
    yield Attack(
        group, "gzip of very many parts", _packed("gzip", lambda: gzip.compress(b"") * 9_000)
    )
    yield Attack(
        group,
        "gzip, each part below the bound",
        _packed("gzip", lambda: gzip.compress(bytes(CAP // 2)) * 50),
    )
    header = b"\x1f\x8b\x08\x08" + bytes(6)
    yield Attack(
        group, "gzip whose file name never ends", answered_by(_endless(_head("gzip"), b"n" * 8192))
    )
    yield Attack(group, "gzip that ends early", _packed("gzip", lambda: header + b"name"))
    yield Attack(group, "gzip that is none", _packed("gzip", lambda: b"no gzip at all"))
    yield Attack(
        group,
        "deflate of empty blocks without an end",
        answered_by(_endless(_head("deflate") + b"\x78\x9c", b"\x00\x00\x00\xff\xff" * 1600)),
    )
    yield Attack(group, "a sitemap in gzip that was packed again", _sitemap_bomb)


@cache
def _zeros(wbits: int) -> bytes:
    """50 MB of zeros, packed."""
    packer = zlib.compressobj(9, wbits=wbits)
    block = bytes(1 << 16)
    return b"".join(packer.compress(block) for _ in range(800)) + packer.flush()


def _head(coding: str) -> bytes:
    return OK + f"Content-Encoding: {coding}\r\n\r\n".encode()


def _packed(coding: str, body: Callable[[], bytes]) -> Callable[[Range], Any]:
    async def run(ground: Range) -> object:
        return await answered_by(sends(_head(coding), body()))(ground)

    return run


async def _sitemap_bomb(ground: Range) -> object:
    return await _polled("sitemap", gzip.compress(_zeros(31)), "application/gzip")


def _headers() -> Iterator[Attack]:
    group = "headers"
    end = b"Content-Length: 1\r\n\r\nx"
    for name, serve in (
        ("one of 200 kB", sends(OK + b"X: " + b"a" * 200_000 + b"\r\n" + end)),
        ("40,000 small ones", sends(OK + b"X: a\r\n" * 40_000 + end)),
        ("without an end", _endless(OK, b"X-Flood: aaaaaaaaaaaaaaaa\r\n" * 300)),
        ("one without an end", _endless(OK + b"X: ", b"a" * 8192)),
        ("a status line without an end", _endless(b"HTTP/1.1 200 ", b"O" * 8192)),
        ("cookies", sends(OK + (b"Set-Cookie: a=" + b"b" * 4000 + b"\r\n") * 60 + end)),
        ("interim answers without an end", _endless(b"", b"HTTP/1.1 103 Hint\r\n\r\n" * 400)),
        ("a NUL", sends(OK + b"X: a\0b\r\n" + end)),
        ("a bare line break", sends(OK + b"X: a\rY: b\r\n" + end)),
        ("a name with a blank", sends(OK + b"X y: b\r\n" + end)),
        ("no HTTP", sends(b"SSH-2.0-OpenSSH_9.6\r\n")),
        ("an empty answer", sends(b"")),
        ("HTTP/0.9", sends(b"<html>hello</html>")),
        ("a status of four digits", sends(b"HTTP/1.1 2000 OK\r\n" + end)),
        ("another protocol", sends(b"HTTP/1.1 101 Switching Protocols\r\n\r\nx")),
    ):
        yield Attack(group, name, answered_by(serve))


def _tls() -> Iterator[Attack]:
    group = "TLS"
    day = timedelta(days=1)
    now = datetime.now(UTC)
    for name, made in (
        ("self-signed", {"signed": False}),
        ("of an authority that nobody knows", {"known": False}),
        ("of another host", {"host": "bank.example"}),
        ("of another address", {"host": "127.0.0.2"}),
        ("expired", {"begins": now - 20 * day, "ends": now - 10 * day}),
        ("not valid yet", {"begins": now + 10 * day, "ends": now + 20 * day}),
    ):
        yield Attack(group, name, _certified(**made))
    yield Attack(group, "plain HTTP instead", _plain_instead)


def _certified(host: str = "127.0.0.1", **made: Any) -> Callable[[Range], Any]:
    async def run(ground: Range) -> bytes:
        body = sends(OK + b"Content-Length: 1\r\n\r\nx")
        async with serving(body, _server_tls(host, **made)) as port:
            return await ground.fetch(f"https://127.0.0.1:{port}/", tls=_client_tls())

    return run


async def a_good_certificate(ground: Range) -> bytes:
    """The control: with this one the page comes."""
    return bytes(await _certified()(ground))


async def _plain_instead(ground: Range) -> bytes:
    async with serving(sends(OK + b"Content-Length: 1\r\n\r\nx\r\n\r\n")) as port:
        return await ground.fetch(f"https://127.0.0.1:{port}/")


@cache
def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def _certificate(
    host: str, issuer: str, begins: datetime, ends: datetime, *, authority: bool = False
) -> x509.Certificate:
    import ipaddress

    try:
        alternative: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        alternative = x509.DNSName(host)
    return (
        x509.CertificateBuilder(
            _named(issuer), _named(host), _key().public_key(), x509.random_serial_number()
        )
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(_key().public_key()), critical=False
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(_key().public_key()),
            critical=False,
        )
        .sign(_key(), hashes.SHA256())
    )


_BEGINS, _ENDS = datetime(2020, 1, 1, tzinfo=UTC), datetime(2119, 1, 1, tzinfo=UTC)


def _server_tls(
    host: str,
    *,
    signed: bool = True,
    known: bool = True,
    begins: datetime = _BEGINS,
    ends: datetime = _ENDS,
) -> ssl.SSLContext:
    issuer = host if not signed else "authority.example" if known else "nobody.example"
    certificate = _certificate(host, issuer, begins, ends)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        file = Path(folder, "server.pem")
        file.write_bytes(
            _key().private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context.load_cert_chain(file)
    return context


def _client_tls() -> ssl.SSLContext:
    """Trusts one authority, and is as strict as the fetcher's own."""
    name = "authority.example"
    authority = _certificate(name, name, _BEGINS, _ENDS, authority=True)
    pem = authority.public_bytes(serialization.Encoding.PEM).decode()
    return ssl.create_default_context(cadata=pem)


def _documents() -> Iterator[Attack]:
    group = "XML"
    item = "<item><title>&x;</title><link>https://example.org/1</link></item>"
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bombs = {
        "a billion laughs": f'[<!ENTITY l0 "ha">{laughs}<!ENTITY x "&l9;">]',
        "one long entity, many times": f'[<!ENTITY x "{"a" * 50_000}">]',
        "an entity of itself": '[<!ENTITY x "&x;">]',
        "a file of this machine": '[<!ENTITY x SYSTEM "file:///etc/passwd">]',
        "an address of the network": '[<!ENTITY x SYSTEM "http://169.254.169.254/">]',
        "parameter entities": '[<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]',
    }
    for name, subset in bombs.items():
        text = f'<?xml version="1.0"?><!DOCTYPE rss {subset}>'
        text += f'<rss version="2.0"><channel><title>T</title>{item}</channel></rss>'
        sitemap = f'<?xml version="1.0"?><!DOCTYPE urlset {subset}><urlset xmlns='
        sitemap += (
            '"http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>&x;</loc></url></urlset>'
        )
        yield Attack(group, f"feed: {name}", _document("feed", text.encode()))
        yield Attack(group, f"feed in UTF-16: {name}", _document("feed", text.encode("utf-16")))
        yield Attack(group, f"sitemap: {name}", _document("sitemap", sitemap.encode()))
        late = text.replace("<!DOCTYPE", f"<!--{'x' * 100_000}--><!DOCTYPE", 1)
        yield Attack(group, f"feed, behind a comment: {name}", _document("feed", late.encode()))
    deep = b"<rss version='2.0'><channel>" + b"<a>" * 20_000
    wide = b"<rss version='2.0'><channel a0='" + b"' b='".join([b"x"] * 30_000) + b"'>"
    external = b'<!DOCTYPE rss SYSTEM "file:///etc/passwd"><rss version="2.0"><channel/></rss>'
    for name, body in (("deep nesting", deep), ("many attributes", wide), ("a DTD", external)):
        for kind in ("feed", "sitemap"):
            yield Attack(group, f"{kind}: {name}", _document(kind, body), contained=True)


def _document(kind: str, body: bytes) -> Callable[[Range], Any]:
    return lambda ground: _polled(kind, body, "application/xml")


async def _polled(kind: str, body: bytes, content_type: str) -> object:
    url = "https://example.org/feed"
    page = Page(url, url, 200, body, content_type)
    source = Source("s", "S", kind, url)
    return await READERS[kind]().poll(source, SourceState("s"), FakeFetcher({url: page}), NOW)


async def warm_up() -> None:
    """A fetch and a poll of each kind that are no attacks: they must go well."""
    page = sends(OK + b"Content-Length: 4\r\n\r\nnews")
    assert await answered_by(page)(Range()) == b"news"
    assert await a_good_certificate(Range()) == b"x"
    link = "<link>https://example.org/1</link>"
    feed = f'<rss version="2.0"><channel><item><title>A</title>{link}</item></channel></rss>'
    await _polled("feed", feed.encode(), "application/xml")
    await _polled("sitemap", b"<urlset><url><loc>https://example.org/1</loc></url></urlset>", "")
