"""Feeds as they are found: well-formed in every dialect, and broken in every way.

Written by a generator, so that each oddity meets each dialect: :func:`well_formed` gives
documents with the number of entries that they hold, :func:`broken` those that need mending.
"""

from __future__ import annotations

import codecs
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass

DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
CONTENT = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
MEDIA = 'xmlns:media="http://search.yahoo.com/mrss/"'
ITUNES = 'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'


@dataclass(frozen=True)
class Case:
    """A document and what it holds.

    :param entries: how many entries it must give
    """

    name: str
    body: bytes
    entries: int
    content_type: str = "application/xml"


def rss(items: str, version: str = "2.0", space: str = "") -> str:
    head = "<title>The Wire</title><link>https://e.org/</link><description>News</description>"
    return f'<rss version="{version}" {space}><channel>{head}{items}</channel></rss>'


def rss_item(n: int, extra: str = "") -> str:
    return (
        f"<item><title>Story {n}</title><link>https://e.org/story-{n}</link>"
        f"<description>What happened {n}.</description>{extra}</item>"
    )


def atom(entries: str, space: str = 'xmlns="http://www.w3.org/2005/Atom"') -> str:
    return f'<feed {space}><title>T</title><id>urn:f</id><link href="https://e.org/"/>{entries}</feed>'


def atom_entry(n: int, extra: str = "") -> str:
    return (
        f'<entry><title>Story {n}</title><id>urn:{n}</id><link href="https://e.org/story-{n}"/>'
        f"<updated>2025-02-18T10:00:00Z</updated>{extra}</entry>"
    )


DIALECTS: dict[str, str] = {
    **{
        f"rss {version}": rss(rss_item(1) + rss_item(2), version)
        for version in ("0.90", "0.91", "0.92", "0.93", "0.94", "2.0", "2.0.1", "2.1", "", "x")
    },
    "rss without version": rss(rss_item(1) + rss_item(2)).replace(' version="2.0"', ""),
    "rss 1.0": (
        f'<rdf:RDF {RDF} xmlns="http://purl.org/rss/1.0/"><channel rdf:about="https://e.org/">'
        f"<title>T</title><items><rdf:Seq/></items></channel>{rss_item(1)}{rss_item(2)}</rdf:RDF>"
    ),
    "rss 0.9 rdf": (
        f'<rdf:RDF {RDF} xmlns="http://my.netscape.com/rdf/simple/0.9/"><channel><title>T</title>'
        f"</channel>{rss_item(1)}{rss_item(2)}</rdf:RDF>"
    ),
    "rss 1.1": (
        f'<Channel xmlns="http://purl.org/net/rss1.1#" {RDF} rdf:about="https://e.org/"><title>T'
        f'</title><items rdf:parseType="Collection">{rss_item(1)}{rss_item(2)}</items></Channel>'
    ),
    "atom 1.0": atom(atom_entry(1) + atom_entry(2)),
    "atom 0.3": atom(
        (atom_entry(1) + atom_entry(2)).replace("updated", "modified"),
        'version="0.3" xmlns="http://purl.org/atom/ns#"',
    ),
    "atom without namespace": atom(atom_entry(1) + atom_entry(2), ""),
    "atom with prefix": atom(atom_entry(1) + atom_entry(2), "")
    .replace("</", "</a:")
    .replace("<", "<a:")
    .replace("<a:/a:", "</a:")
    .replace("<a:feed ", '<a:feed xmlns:a="http://www.w3.org/2005/Atom" '),
    "atom with a wrong namespace": atom(atom_entry(1) + atom_entry(2), 'xmlns="http://x.org/"'),
    "cdf": (
        '<Channel HREF="https://e.org/"><Title>T</Title>'
        '<Item HREF="https://e.org/story-1"><Title>Story 1</Title></Item>'
        '<Item HREF="https://e.org/story-2"><Title>Story 2</Title></Item></Channel>'
    ),
    "upper case": rss(rss_item(1) + rss_item(2))
    .replace("item>", "ITEM>")
    .replace("rss", "RSS")
    .replace("channel>", "CHANNEL>")
    .replace("title>", "TITLE>"),
    "podcast": rss(
        rss_item(1, '<enclosure url="https://e.org/1.mp3" length="1" type="audio/mpeg"/>')
        + rss_item(2, "<itunes:duration>1:02</itunes:duration><itunes:summary>S</itunes:summary>"),
        space=ITUNES,
    ),
    "media": rss(
        rss_item(
            1, '<media:group><media:title>X</media:title><media:content url="x"/></media:group>'
        )
        + rss_item(2, '<media:thumbnail url="x"/>'),
        space=MEDIA,
    ),
    "full text": rss(
        rss_item(1, "<content:encoded><![CDATA[<p>Long</p>]]></content:encoded>")
        + rss_item(2, "<dc:creator>N</dc:creator><dc:date>2025-02-18</dc:date>"),
        space=f"{CONTENT} {DC}",
    ),
    "xhtml": atom(
        atom_entry(
            1,
            '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Text</p></div></content>',
        )
        + atom_entry(2, '<summary type="html">&lt;b&gt;S&lt;/b&gt;</summary>')
    ),
    "no link": rss("<item><title>Alone</title></item><item><guid>7</guid></item>"),
    "no title": rss(
        "<item><link>https://e.org/1</link></item><item><description>D</description></item>"
    ),
    "only unknown elements": rss("<item><x>1</x></item><item><y/></item>"),
    "a guid for a link": rss(
        "<item><title>A</title><guid>https://e.org/1</guid></item>"
        '<item><title>B</title><guid isPermaLink="false">1</guid></item>'
    ),
    "bad dates": rss(
        rss_item(1, "<pubDate>Mon, 99 Foo 20x5 99:99:99 ZZZ</pubDate>")
        + rss_item(2, "<pubDate>9999-99-99T99:99:99Z</pubDate>")
    ),
    "odd links": rss(
        "<item><title>A</title><link>http://[::1</link></item>"
        "<item><title>B</title><link>//e.org/b</link></item>"
    ),
    "cdata": rss(rss_item(1) + rss_item(2)).replace("Story 1", "<![CDATA[<b>One</b> & more]]>"),
    "xml base": atom(
        atom_entry(1).replace("https://e.org/", "") + atom_entry(2),
        'xmlns="http://www.w3.org/2005/Atom" xml:base="https://b.example/x/"',
    ),
    "comments and instructions": rss(rss_item(1) + "<!-- <item/> --><?php x ?>" + rss_item(2)),
    "empty": rss(""),
    "empty atom": atom(""),
    "nothing but the root": '<rss version="2.0"/>',
}
"""Each is well-formed XML; see :func:`entries_in`."""

_EMPTY = ("empty", "empty atom", "nothing but the root")
PROLOGUES: dict[str, str] = {
    "none": "",
    "declaration": '<?xml version="1.0" encoding="{charset}"?>\n',
    "xml 1.1": '<?xml version="1.1" encoding="{charset}"?>\n',
    "single quotes": "<?xml version='1.0' encoding='{charset}' standalone='yes'?>",
    "style sheet": '<?xml version="1.0"?><?xml-stylesheet href="x.xsl" type="text/xsl"?>\n',
    "comment": '<?xml version="1.0"?><!-- made by <b>hand</b> --><!---->',
    "doctype": '<?xml version="1.0"?><!DOCTYPE rss SYSTEM "x.dtd">',
    "public doctype": (
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"'
        ' "http://my.netscape.com/publish/formats/rss-0.91.dtd">'
    ),
    "doctype with a subset": "<!DOCTYPE rss [ <!ELEMENT rss ANY> <!-- ] > --> ]>",
    "leading blanks": "\n\n  \t",
    "blanks before the declaration": '\n\n<?xml version="1.0"?>\n',
}
CHARSETS = (
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be",
    "iso-8859-1", "iso-8859-15", "windows-1251", "windows-1252", "koi8-r", "iso-8859-5", "cp866",
    "big5", "gb2312", "gb18030", "gbk", "euc-kr", "euc-jp", "shift_jis", "iso-2022-jp", "cp037",
    "cp1140", "cp500", "windows-1250", "windows-1255", "windows-1256", "mac-roman", "hz", "us-ascii",
)  # fmt: skip
SAMPLES = {
    "windows-1251": "Санкции сняты", "koi8-r": "Санкции сняты", "iso-8859-5": "Санкции сняты",
    "cp866": "Санкции сняты", "big5": "制裁解除了嗎", "gb2312": "制裁解除了吗", "gbk": "制裁解除了吗",
    "gb18030": "制裁解除了吗", "euc-kr": "제재가 해제되었다", "euc-jp": "制裁が解除された",
    "shift_jis": "制裁が解除された", "iso-2022-jp": "制裁が解除された", "hz": "制裁解除了吗",
    "windows-1250": "Sankce zrušeny přes noc", "windows-1255": "הסנקציות הוסרו",
    "windows-1256": "رفع العقوبات", "us-ascii": "Sanctions lifted",
}  # fmt: skip


def entries_in(dialect: str) -> int:
    """How many entries :data:`DIALECTS` have; two that are empty alike are one."""
    return 0 if dialect in _EMPTY else 1 if dialect == "only unknown elements" else 2


def well_formed() -> Iterator[Case]:
    """Every dialect behind every prologue, and every charset under both its names."""
    for dialect, text in DIALECTS.items():
        for prologue, head in PROLOGUES.items():
            body = (head.replace("{charset}", "utf-8") + text).encode()
            yield Case(f"{dialect}, {prologue}", body, entries_in(dialect))
        yield Case(f"{dialect}, as html", text.encode(), entries_in(dialect), "text/html")
        yield Case(
            f"{dialect}, gzipped", gzip.compress(text.encode(), mtime=0), entries_in(dialect)
        )
    for charset in CHARSETS:
        title = SAMPLES.get(charset, "Déjà vu à Paris")
        text = rss(rss_item(1) + rss_item(2)).replace("Story 1", title)
        declared = f'<?xml version="1.0" encoding="{charset.removesuffix("-sig")}"?>' + text
        yield Case(f"declared {charset}", declared.encode(charset), 2)
        wide = charset.startswith("utf-")
        if wide or charset not in ("cp037", "cp1140", "cp500"):
            told = f"text/xml; charset={charset.removesuffix('-sig')}"
            yield Case(f"header {charset}", text.encode(charset), 2, told)
    for mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        name = "utf-16-le" if mark == codecs.BOM_UTF16_LE else "utf-16-be"
        body = mark + ('<?xml version="1.0" encoding="utf-8"?>' + DIALECTS["rss 2.0"]).encode(name)
        yield Case(f"{name} that says utf-8", body, 2)
    yield from _json()


def _json() -> Iterator[Case]:
    items = [{"id": "1", "url": "https://e.org/1", "title": "A"}, {"id": 2, "content_text": "B"}]
    for version in ("1", "1.1"):
        feed = {"version": f"https://jsonfeed.org/version/{version}", "title": "T", "items": items}
        for charset in ("utf-8", "utf-8-sig", "utf-16", "utf-32"):
            body = json.dumps(feed, ensure_ascii=False).encode(charset)
            yield Case(f"json feed {version}, {charset}", body, 2, "application/feed+json")
    yield Case("empty json feed", b'{"version": "1", "items": []}', 0, "application/json")


def broken() -> Iterator[Case]:
    """Not well-formed, yet their entries can be had; ``entries`` is the least there must be."""
    sound = rss(rss_item(1) + rss_item(2))
    oddities = {
        "a bare ampersand": sound.replace("Story 1", "A & B"),
        "names of HTML": sound.replace("Story 1", "A&nbsp;&mdash;&copy;&bogus;B"),
        "a bare less-than": sound.replace("Story 1", "5 < 6"),
        "control characters": sound.replace("Story 1", "A\x01\x0b\x1fB\x00C"),
        "references to no character": sound.replace("Story 1", "&#0;&#x1;&#xD800;&#xFFFF;&#x110000;&#9999999999;"),
        "an undeclared prefix": sound.replace("<title>Story 1", "<foo:bar>x</foo:bar><title>Story 1"),
        "a repeated attribute": sound.replace('version="2.0"', 'version="2.0" version="2.0"'),
        "an attribute without quotes": sound.replace('version="2.0"', "version=2.0"),
        "a wrong end tag": sound.replace("</description>", "</summary>", 1),
        "no end": sound[: sound.index("</channel>")],
        "cut in the last entry": sound[: sound.rindex("What happened")],
        "two roots": sound + "<script>track()</script>",
        "text behind": sound + "\n<!-- 0.3 s --> done",
        "a warning before": "<br />\n<b>Warning</b>: Undefined x in <b>/x.php</b><br />\n" + sound,
        "text before": "Notice: x\n" + '<?xml version="1.0"?>' + sound,
        "two declarations": '<?xml version="1.0"?><?xml version="1.0"?>' + sound,
        "a declaration inside": sound.replace("<item>", '<?xml version="1.0"?><item>', 1),
        "an unclosed comment": sound.replace("</channel>", "<!-- </channel>"),
        "html in a description": sound.replace("What happened 1", "<p>One<br>two<img src=x></p>"),
        "nested items": sound.replace("</item>", "", 1),
        "an unclosed cdata": sound.replace("What happened 2.", "<![CDATA[ what "),
        "inside a page": f"<html><body>{sound}</body></html>",
    }  # fmt: skip
    for name, text in oddities.items():
        yield Case(name, text.encode(), 1)
    noise = sound.replace("Story 1", "Caf\u00e9 ‘quoted’").encode("cp1252")
    yield Case("bytes of another charset", noise, 2)
    yield Case("a broken byte in utf-8", sound.replace("Story 1", "Санкции").encode().replace(b"\xd0", b"", 1), 2)  # fmt: skip
    yield Case("a charset that is none", b'<?xml version="1.0" encoding="x-none"?>' + sound.encode(), 2)  # fmt: skip
    for lie in ("utf-7", "punycode", "hex", "rot13", "unicode_escape", "utf-16", "cp037", "idna"):
        head = f'<?xml version="1.0" encoding="{lie}"?>'
        yield Case(f"a charset that it is not in: {lie}", (head + sound).encode(), 2)


def refused() -> Iterator[Case]:
    """Documents of which nothing may be read, each with a reason."""
    sound = rss(rss_item(1))
    entity = '<!ENTITY a "b">'
    for name, text in {
        "an entity": f"<!DOCTYPE rss [{entity}]>{sound}",
        "a parameter entity": f'<!DOCTYPE rss [<!ENTITY % a SYSTEM "file:///etc/passwd">%a;]>{sound}',
        "an entity in lower case": f"<!doctype rss [{entity.lower()}]>{sound}",
        "an entity far behind": f"<!--{'x' * 200_000}--><!DOCTYPE rss [{entity}]>{sound}",
        "an entity behind junk": f"<br/><!DOCTYPE rss [{entity}]>{sound}",
        "an entity that never ends": f'<!DOCTYPE rss [<!ENTITY a "{sound}',
    }.items():
        for charset in ("utf-8", "utf-16", "utf-32", "utf-8-sig"):
            yield Case(f"{name}, {charset}", text.encode(charset), 0)
    yield Case("an entity in EBCDIC", f'<?xml version="1.0" encoding="cp037"?><!DOCTYPE rss [{entity}]>{sound}'.encode("cp037"), 0)  # fmt: skip
    yield Case("an entity, gzipped", gzip.compress(f"<!DOCTYPE rss [{entity}]>{sound}".encode(), mtime=0), 0)  # fmt: skip
    for name, body in {
        "a page": b"<!doctype html><html><title>Home</title><p>Hello</html>",
        "nothing": b"", "blanks": b" \n ", "zeros": b"\0" * 99, "text": b"out of order",
        "json": b'{"error": 1}', "a json list": b"[1, 2]", "deep json": b'{"items": ' + b"[" * 99_999,
        "opml": b'<opml version="1.0"><body><outline text="x"/></body></opml>',
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>', "pdf": b"%PDF-1.7 ...", "png": b"\x89PNG\r\n",
        "damaged gzip": b"\x1f\x8b\x08\x00garbage", "gzip cut short": gzip.compress(sound.encode())[:40],
        "a bomb": gzip.compress(b"\0" * 40_000_000, mtime=0),
    }.items():  # fmt: skip
        yield Case(name, body, 0)
