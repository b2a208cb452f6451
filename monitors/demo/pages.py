"""HTML pages of the demo's outlets, with what real pages have around an article."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zlib import crc32

from monitors.demo.edition import Outlet, Posting
from monitors.demo.feeds import FILES, feed_path, xml
from monitors.demo.phrases import Phrases, is_caption, is_read_also, phrases
from monitors.streams import StreamSource


@dataclass(frozen=True, slots=True)
class Style:
    """What a page has besides its article.

    :param semantic: ``article``, ``nav``, ``figcaption`` and so on; without it ``div`` with
        classes, and captions and pointers as paragraphs among the others
    :param metadata: JSON-LD; without it only og: tags and ``time``
    """

    semantic: bool = True
    metadata: bool = True
    cookies: bool = False
    share: bool = False
    newsletter: bool = False
    related: bool = True
    sidebar: bool = False
    comments: bool = False


STYLES = {
    "plain": Style(related=False),
    "ministry": Style(metadata=False, related=False, share=True),
    "agency": Style(share=True),
    "newspaper": Style(cookies=True, newsletter=True, share=True),
    "magazine": Style(cookies=True, newsletter=True, sidebar=True),
    "tabloid": Style(cookies=True, newsletter=True, share=True, sidebar=True, comments=True),
    "portal": Style(semantic=False, cookies=True, share=True, sidebar=True),
    "blog": Style(semantic=False, metadata=False, newsletter=True, comments=True),
}


def style_of(word: str) -> Style:
    """The style of a ``boilerplate`` word; a word not known gets one of them, always the same."""
    names = sorted(STYLES)
    return STYLES.get(word) or STYLES[names[crc32(word.encode()) % len(names)]]


def article_page(outlet: Outlet, posting: Posting, others: Sequence[Posting], base: str) -> str:
    """The page of an article.

    :param others: what else the outlet has published, for lists of headlines
    :param base: scheme, host and port of the server
    """
    article, style = posting.article, style_of(outlet.source.boilerplate)
    words = phrases(article.language)
    parts = [
        _cookies(words) if style.cookies else "",
        _masthead(outlet, words, style),
        _tag("main", _article(posting, outlet.source, words, style), style),
        _related(words.related, others[:4], "related", style) if style.related else "",
        _related(words.most_read, others[4:9], "sidebar", style) if style.sidebar else "",
        f'<section class="comments"><p>{xml(words.comments)}</p></section>'
        if style.comments
        else "",
        _footer(outlet.source, words, style),
    ]
    head = _metadata(outlet, posting, base, style)
    return _document(article.title, outlet, article.language, head, "\n".join(filter(None, parts)))


def front_page(outlet: Outlet, postings: Sequence[Posting]) -> str:
    """The outlet's list of headlines."""
    source = outlet.source
    words, style = phrases(source.language), style_of(source.boilerplate)
    items = "".join(
        f'<li><a href="{p.path}">{xml(p.article.title)}</a> {_time(p.published)}</li>'
        for p in postings
    )
    body = f"<h1>{xml(source.name)}</h1><ul>{items}</ul>"
    parts = [_masthead(outlet, words, style), _tag("main", body, style)]
    parts.append(_footer(source, words, style))
    return _document(source.name, outlet, source.language, "", "\n".join(parts))


def index_page(outlets: Iterable[tuple[Outlet, int]], now: datetime) -> str:
    """All outlets, for people, each with how many articles its feed lists now."""
    rows = "".join(
        f'<tr><td><a href="{outlet.path}">{xml(outlet.source.name)}</a></td>'
        f"<td>{xml(outlet.source.language)}</td><td>{outlet.source.tier.value}</td>"
        f'<td><a href="{feed_path(outlet)}">{outlet.source.feed_kind}</a>'
        f", {xml(outlet.source.carries)}</td><td>{count}</td></tr>"
        for outlet, count in outlets
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        "<title>The demo newsroom</title></head><body><h1>The demo newsroom</h1>"
        f"<p>Here it is {now:%A, %d %B %Y, %H:%M} UTC.</p><table><tr><th>Outlet</th>"
        "<th>Language</th><th>Tier</th><th>Feed</th><th>Listed</th></tr>"
        f"{rows}</table></body></html>\n"
    )


def bot_wall() -> str:
    """What a server shows to a visitor it takes for a robot."""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><title>Just a moment...</title></head><body>'
        "<h1>Checking your browser</h1><p>Access denied. Enable JavaScript and cookies to "
        "continue.</p></body></html>\n"
    )


def _article(posting: Posting, source: StreamSource, words: Phrases, style: Style) -> str:
    article = posting.article
    dateline = f'<span class="author">{xml(source.name)}</span> {_time(posting.published)}'
    if posting.updated > posting.published:
        dateline += f" {xml(words.updated)}: {_time(posting.updated)}"
    paragraphs = "\n".join(
        _paragraph(text, posting, number, style) for number, text in enumerate(article.paragraphs)
    )
    share = _share(words) if style.share else ""
    newsletter = _newsletter(words) if style.newsletter else ""
    body = (
        f'<h1 class="headline">{xml(article.title)}</h1>\n<p class="byline">{dateline}</p>\n'
        f'{share}\n<div class="article-body">\n{paragraphs}\n</div>\n{newsletter}'
    )
    return _tag("article", body, style)


def _paragraph(text: str, posting: Posting, number: int, style: Style) -> str:
    if is_caption(text):
        source = f"/images/{crc32(posting.path.encode()):08x}-{number}.jpg"
        picture = f'<img src="{source}" alt="" width="960" height="540">'
        if style.semantic:
            return f"<figure>{picture}<figcaption>{xml(text)}</figcaption></figure>"
        return f'<p>{picture}</p>\n<p class="small">{xml(text)}</p>'
    if is_read_also(text) and style.semantic:
        return f'<aside class="read-also"><a href="/">{xml(text)}</a></aside>'
    return f"<p>{xml(text)}</p>"


def _masthead(outlet: Outlet, words: Phrases, style: Style) -> str:
    links = "".join(f'<li><a href="{outlet.path}">{xml(word)}</a></li>' for word in words.menu)
    menu = _tag("nav", f"<ul>{links}</ul>", style)
    logo = f'<a class="logo" href="{outlet.path}">{xml(outlet.source.name)}</a>'
    search = (
        f'<form role="search" action="{outlet.path}">'
        f'<input name="q" placeholder="{xml(words.search)}"></form>'
    )
    return _tag("header", logo + menu + search, style)


def _cookies(words: Phrases) -> str:
    return (
        '<div id="cookie-banner" class="cookie-consent" role="dialog">'
        f"<p>{xml(words.cookies)}</p><button>{xml(words.accept)}</button> "
        f"<button>{xml(words.reject)}</button></div>"
    )


def _share(words: Phrases) -> str:
    buttons = "".join(
        f'<li><a href="#{name.lower()}">{name}</a></li>'
        for name in ("Facebook", "X", "Telegram", "WhatsApp")
    )
    invitation = f"<span>{xml(words.share)}</span>"
    return f'<div class="share-buttons social">{invitation}<ul>{buttons}</ul></div>'


def _newsletter(words: Phrases) -> str:
    return (
        f'<div class="newsletter-signup"><p>{xml(words.newsletter)}</p><form>'
        f'<input type="email" placeholder="{xml(words.your_address)}">'
        f"<button>{xml(words.sign_up)}</button></form></div>"
    )


def _related(heading: str, postings: Sequence[Posting], name: str, style: Style) -> str:
    if not postings:
        return ""
    links = "".join(
        f'<li><a href="{posting.path}">{xml(posting.article.title)}</a></li>'
        for posting in postings
    )
    return _tag("aside", f"<h3>{xml(heading)}</h3><ul>{links}</ul>", style, name)


def _footer(source: StreamSource, words: Phrases, style: Style) -> str:
    links = "".join(f'<li><a href="#">{xml(word)}</a></li>' for word in words.about)
    rights = f"<p>© {xml(source.name)}. {xml(words.rights)}</p>"
    up = f'<a href="#top">{xml(words.up)}</a>'
    return _tag("footer", f"<ul>{links}</ul>{rights}{up}", style)


def _metadata(outlet: Outlet, posting: Posting, base: str, style: Style) -> str:
    article = posting.article
    url = base + posting.path
    published, updated = posting.published.isoformat(), posting.updated.isoformat()
    lines = [
        f'<link rel="canonical" href="{url}">',
        '<meta property="og:type" content="article">',
        f'<meta property="og:title" content="{xml(article.title)}">',
        f'<meta property="og:url" content="{url}">',
        f'<meta property="og:site_name" content="{xml(outlet.source.name)}">',
        f'<meta property="article:published_time" content="{published}">',
    ]
    if updated != published:
        lines.append(f'<meta property="article:modified_time" content="{updated}">')
    if outlet.source.carries != "title only" and article.summary:
        lines.append(f'<meta property="og:description" content="{xml(article.summary)}">')
    if style.metadata:
        data = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": article.title,
            "inLanguage": article.language,
            "datePublished": published,
            "dateModified": updated,
            "mainEntityOfPage": url,
            "author": {"@type": "Organization", "name": outlet.source.name},
            "publisher": {"@type": "Organization", "name": outlet.source.name},
        }
        # A headline with "</script>" must not end the element.
        text = json.dumps(data).replace("<", "\\u003c")
        lines.append(f'<script type="application/ld+json">{text}</script>')
    return "\n".join(lines)


def _document(title: str, outlet: Outlet, language: str, head: str, body: str) -> str:
    kind = FILES[outlet.source.feed_kind][1].partition(";")[0]
    return (
        f'<!DOCTYPE html>\n<html lang="{xml(language)}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{xml(title)} | {xml(outlet.source.name)}</title>\n"
        f'<link rel="alternate" type="{kind}" href="{feed_path(outlet)}">\n'
        f'{head}\n</head>\n<body class="{xml(outlet.source.boilerplate)}" id="top">\n'
        f"{body}\n</body>\n</html>\n"
    )


def _tag(name: str, body: str, style: Style, css: str = "") -> str:
    if style.semantic:
        return f'<{name} class="{css or name}">{body}</{name}>'
    return f'<div class="{css or name}">{body}</div>'


def _time(moment: datetime) -> str:
    return f'<time datetime="{moment.isoformat()}">{moment:%d.%m.%Y %H:%M}</time>'
