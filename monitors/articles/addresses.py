"""One address for one article, however it was linked."""

from __future__ import annotations

import re
from functools import cache
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import tldextract

_TRACKING = re.compile(
    r"utm_\w*|at_(?:medium|campaign|custom\d|link\w*|format|ptr\w*|bbc_team)|ns_(?:mchannel|source|"
    r"campaign|linkname|fee)|pk_\w+|mtm_\w+|hsa_\w+|_hs\w+|mc_[ce]id|fb_\w+|fbclid|gclid|gclsrc|"
    r"dclid|wbraid|gbraid|yclid|ysclid|msclkid|twclid|ttclid|igshid|igsh|srsltid|_openstat|_ga|_gl|"
    r"ref|ref_src|ref_url|referrer|referer|cmpid|cmp|ocid|smid|smtyp|spm|xtor|ito|wt_mc|mkt_tok|"
    r"maca|soc_src|soc_trk|guccounter|guce_\w+|traffic_source|partner_?id|share|shared|spref|"
    r"sh|s_cid|cid_source|feature|amp|print|__twitter_impression|amp_js_v|usqp|outputtype",
    re.IGNORECASE,
)
_ORIGINS = ("from", "source", "src", "via", "output", "view", "mode", "format", "version")
_ORIGIN_VALUES = re.compile(
    r"rss\w*|feed\w*|atom|twitter|facebook|telegram|tg|vk|google\w*|yandex\w*|newsletter|email|"
    r"amp|print|mobile|share\w*|social\w*",
    re.IGNORECASE,
)
_HOSTS = {
    "amp.theguardian.com": "www.theguardian.com",
    "amp.cnn.com": "edition.cnn.com",
    "amp.dw.com": "www.dw.com",
    "m.dw.com": "www.dw.com",
    "m.bbc.com": "www.bbc.com",
    "m.bbc.co.uk": "www.bbc.co.uk",
    "m.lenta.ru": "lenta.ru",
    "m.gazeta.ru": "www.gazeta.ru",
    "m.vedomosti.ru": "www.vedomosti.ru",
    "m.kommersant.ru": "www.kommersant.ru",
    "amp.rbc.ru": "www.rbc.ru",
    "m.ria.ru": "ria.ru",
    "m.tass.ru": "tass.ru",
    "m.iz.ru": "iz.ru",
    "mobile.reuters.com": "www.reuters.com",
    "m.spiegel.de": "www.spiegel.de",
    "m.faz.net": "www.faz.net",
    "mobile.lemonde.fr": "www.lemonde.fr",
    "m.pravda.com.ua": "www.pravda.com.ua",
}
_DEFAULT_PORTS = {"http": 80, "https": 443}
_PATH_SAFE = "/%:@!$&'()*+,;=~-._"


def canonical_url(url: str) -> str:
    """``url`` in the one form by which articles are told apart.

    Lower-case scheme and host, no userinfo, default port or fragment, no tracking
    parameters, the rest of the query sorted; AMP and print variants become the page itself,
    and mobile hosts too where their main host is known. Applying it twice changes nothing.

    :raises ValueError: ``url`` is no absolute http(s) address
    """
    parts = urlsplit(url.strip())
    scheme, host = parts.scheme.lower(), (parts.hostname or "").rstrip(".")
    if scheme not in _DEFAULT_PORTS or not host:
        raise ValueError("not an absolute http(s) address")
    unwrapped = _amp_cache(host, parts.path)
    if unwrapped:
        return canonical_url(unwrapped + (f"?{parts.query}" if parts.query else ""))
    host = _HOSTS.get(host, host)
    port = parts.port
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and port != _DEFAULT_PORTS[scheme]:
        netloc += f":{port}"
    return urlunsplit((scheme, netloc, _path(parts.path), _query(parts.query), ""))


def same_site(one: str, other: str) -> bool:
    """Whether two addresses are of the same registered domain (or the same host and port)."""
    try:
        a, b = urlsplit(one), urlsplit(other)
        if a.netloc.lower() == b.netloc.lower():
            return bool(a.netloc)
        site = _registered(a.hostname or "")
        return bool(site) and site == _registered(b.hostname or "")
    except ValueError:
        return False


def _amp_cache(host: str, path: str) -> str | None:
    """The publisher's address behind an AMP cache or viewer address."""
    if host.endswith(".cdn.ampproject.org") or (
        host.startswith("www.google.") and path.startswith("/amp/")
    ):
        match = re.match(r"/(?:amp|[cvi]|wp)/(s/)?([^/]+\.[^/]+)(/.*)?$", path)
        if match:
            return f"{'https' if match[1] else 'http'}://{match[2]}{match[3] or '/'}"
    return None


def _path(path: str) -> str:
    while True:  # until nothing is left to drop, so that applying it twice changes nothing
        shorter = re.sub(r"^/amp(?=/.)|/(?:amp|print)/?$", "", path, flags=re.IGNORECASE)
        shorter = re.sub(r"\.amp(?:\.html?)?$", ".html", shorter, flags=re.IGNORECASE)
        shorter = shorter.replace(".html.html", ".html")
        if shorter == path:
            break
        path = shorter
    return quote(path, safe=_PATH_SAFE) or "/"


def _query(query: str) -> str:
    pairs = [
        (key, value)
        for key, value in parse_qsl(query, keep_blank_values=True)
        if not _TRACKING.fullmatch(key)
        and not (key.lower() in _ORIGINS and _ORIGIN_VALUES.fullmatch(value))
    ]
    return urlencode(sorted(pairs), quote_via=quote, safe="/:,@")


@cache
def _suffixes() -> tldextract.TLDExtract:
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)  # its own list: no network


def _registered(host: str) -> str:
    found = _suffixes()(host)
    return f"{found.domain}.{found.suffix}" if found.domain and found.suffix else ""
