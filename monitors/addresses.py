"""One address for one article, however it was linked.

Three questions, three functions. :func:`canonical_url` is the form in which an address is
kept and shown: what it leads to is the same, what was stuck on for tracking is gone.
:func:`identity` is coarser, is never fetched, and is what articles are told apart by: http
and https, ``www.`` and mobile hosts, and a slash at the end make no difference to it.
:func:`monitors.wrappers.unwrapped` finds the publisher's address inside an aggregator's.

What could tell two articles apart is kept: an unknown parameter, upper and lower case in a
path, a port, a fragment that scripts read as a path.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_plus, urlsplit, urlunsplit

from monitors.wrappers import unwrapped

if TYPE_CHECKING:
    import tldextract

_TRACKING = re.compile(
    r"utm_\w*|at_(?:medium|campaign|custom\d|link\w*|format|ptr\w*|bbc_team)|ns_(?:mchannel|source|"
    r"campaign|linkname|fee)|pk_\w+|mtm_\w+|matomo_\w+|hsa_\w+|_hs\w+|mc_[ce]id|fb_\w+|fbclid|"
    r"gclid|gclsrc|gad_source|dclid|wbraid|gbraid|yclid|ysclid|msclkid|twclid|ttclid|li_fat_id|"
    r"igshid|igsh|srsltid|_openstat|_ga|_gl|ref_src|ref_url|ocid|smtyp|xtor|wt_mc|wt_zmc|mkt_tok|"
    r"soc_src|soc_trk|guccounter|guce_\w+|traffic_source|cid_source|__twitter_impression|"
    r"amp_js_v|amp_gsa|usqp|vero_\w+|oly_(?:anon|enc)_id|rb_clickid|s_kwcid|ir_\w+id|zanpid|"
    r"wickedid|phpsessid|jsessionid|aspsessionid\w*|cx_\w+|trk_\w+|sc_src|sc_lid|bxid|cndid",
    re.IGNORECASE,
)
# Tracking on most sites, but on some the number of an article.
_DOUBTFUL = re.compile(
    r"ref|referrer|referer|cmpid|cmp|cvid|smid|spm|ito|maca|partner_?id|share|shared|spref|sh|"
    r"s_cid|feature|amp|print|outputtype|mobile|printable",
    re.IGNORECASE,
)
_ORIGINS = ("from", "source", "src", "via", "output", "view", "mode", "format", "version", "oc")
_ORIGIN_VALUES = re.compile(
    r"rss\w*|feed\w*|atom|twitter|facebook|telegram|tg|vk|google\w*|yandex\w*|newsletter|email|"
    r"amp|print|mobile|share\w*|social\w*",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d{2,}")
_SCRIPT = re.compile(r"/|.*\.(?:php\d?|aspx?|cgi|jsp|do|pl|cfm)", re.IGNORECASE)
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
_VARIANT_HOST = re.compile(r"^(?:www\d?|m|mobile|amp|wap|touch)\.(?=[^.]+\.)")
_VARIANT_END = re.compile(r"(?<=/)([^/]+)/(?:amp|print)/?$")
# Below these, "amp" and "print" are subjects, not variants.
_SECTIONS = frozenset(
    re.findall(
        r"\w+",
        "wiki w tag tags topic topics category categories section sections c t news search author"
        " authors label labels keyword keywords theme themes rubric rubrics shop products",
    )
)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SAFE = "/%:@!$&'()*+,;=~-._"
_KEPT_FRAGMENT = re.compile(r"entry-[0-9a-f]{12}|!?/.+|!.+")
_OWN = re.compile(r"entry-[0-9a-f]{12}")


def canonical_url(url: str) -> str:
    """``url`` in the form in which it is kept and shown.

    Lower-case scheme and host, no userinfo, default port or tracking parameters, the rest
    of the query sorted, percent-encoding in one style; AMP and print variants become the
    page itself, and mobile hosts too where their main host is known. A fragment stays
    only where it names an article. Applying it twice changes nothing.

    :raises ValueError: ``url`` is no absolute http(s) address
    """
    url = unwrapped(url.strip())
    parts = urlsplit(url)
    scheme, host = parts.scheme.lower(), (parts.hostname or "").rstrip(".")
    if scheme not in _DEFAULT_PORTS or not host:
        raise ValueError("not an absolute http(s) address")
    host = _HOSTS.get(host, host)
    port = parts.port
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and port != _DEFAULT_PORTS[scheme]:
        netloc += f":{port}"
    path = _path(parts.path)
    fragment = _encoded(parts.fragment) if _KEPT_FRAGMENT.fullmatch(parts.fragment) else ""
    return urlunsplit((scheme, netloc, path, _query(parts.query, path), fragment))


def identity(url: str) -> str:
    """What two addresses of the same article have in common; for comparing only.

    Beyond :func:`canonical_url`, neither http or https, nor ``www.``, ``m.`` and their
    like, nor a slash or an index file at the end make a difference. What is no http(s)
    address is its own identity. Applying it twice changes nothing.
    """
    try:
        parts = urlsplit(canonical_url(url))
    except ValueError:
        return url.strip()
    netloc, shorter = parts.netloc, _VARIANT_HOST.sub("", parts.netloc)
    while shorter != netloc and (_registered(shorter.partition(":")[0])):
        netloc, shorter = shorter, _VARIANT_HOST.sub("", shorter)
    path, longer = _bare(parts.path), parts.path
    while path != longer:
        path, longer = _bare(_path(path)), path
    return urlunsplit(("https", netloc, path, parts.query, parts.fragment))


def own_address(base: str, mark: str) -> str:
    """An address for what a source lists without a page of its own.

    :param base: the feed's or the site's address; its query may hold a secret and is dropped
    :param mark: 12 hex digits that tell it from the others
    """
    parts = urlsplit(base)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", f"entry-{mark}"))


def has_page(url: str) -> bool:
    """Whether there is a page at ``url``; not at an :func:`own_address`."""
    return not _OWN.fullmatch(url.rpartition("#")[2])


def same_site(one: str, other: str) -> bool:
    """Whether two addresses are of the same registered domain (or the same host and port).

    Blogs of one platform, each on a host of its own, are different sites.
    """
    try:
        a, b = urlsplit(one), urlsplit(other)
        if a.netloc.lower() == b.netloc.lower():
            return bool(a.netloc)
        site = _registered(a.hostname or "")
        return bool(site) and site == _registered(b.hostname or "")
    except ValueError:
        return False


def is_home(url: str) -> bool:
    """Whether ``url`` is the front page of a site, or of one of its languages."""
    parts = urlsplit(url)
    path = re.sub(r"^/[a-z]{2}(?:[-_][A-Za-z]{2})?(?=/|$)", "", parts.path).strip("/")
    fragment = _KEPT_FRAGMENT.fullmatch(parts.fragment)
    return not parts.query and not fragment and path in ("", "index.html", "index.php", "home")


def _bare(path: str) -> str:
    return re.sub(r"/(?:index|default)\.(?:html?|php|aspx?)$", "/", path).rstrip("/") or "/"


def _path(path: str) -> str:
    path = re.sub(r";(?:jsessionid|phpsessid)=[^/;]*", "", path, flags=re.IGNORECASE)
    while True:  # until nothing is left to drop, so that applying it twice changes nothing
        shorter = re.sub(r"^/amp(?=/.)", "", path)
        shorter = _VARIANT_END.sub(_without_variant, shorter)
        shorter = re.sub(r"\.amp(?:\.html?)?$", ".html", shorter, flags=re.IGNORECASE)
        shorter = shorter.replace(".html.html", ".html")
        if shorter == path:
            break
        path = shorter
    return _encoded(path) or "/"


def _without_variant(match: re.Match[str]) -> str:
    return match[0] if match[1].lower() in _SECTIONS else match[1]


def _query(query: str, path: str) -> str:
    kept = []
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        name, value = unquote_plus(name), unquote_plus(value)
        if pair and not _is_tracking(name, value, path):
            kept.append(_encoded(pair.replace("+", "%20"), "/:,@=!$'()*;~-._?"))
    return "&".join(sorted(kept))


def _is_tracking(name: str, value: str, path: str) -> bool:
    if name.lower().startswith("amp;"):  # an ampersand that was escaped twice
        name = name[4:]
    if _TRACKING.fullmatch(name):
        return True
    if name.lower() in _ORIGINS:
        return bool(_ORIGIN_VALUES.fullmatch(value))
    if not _DOUBTFUL.fullmatch(name):
        return False
    return not (_NUMBER.fullmatch(value) or (value[:1].isdigit() and _SCRIPT.fullmatch(path)))


def _encoded(text: str, safe: str = _SAFE.replace("%", "")) -> str:
    """``text`` with one style of percent-encoding: upper case, and none where not needed."""
    pieces = re.split(r"(%[0-9A-Fa-f]{2})", text)
    return "".join(
        _plain(piece) if number % 2 else quote(piece, safe=safe, errors="replace")
        for number, piece in enumerate(pieces)
    )


def _plain(escape: str) -> str:
    letter = chr(int(escape[1:], 16))
    return (
        letter if letter.isascii() and (letter.isalnum() or letter in "-._~") else escape.upper()
    )


@cache
def _suffixes() -> tldextract.TLDExtract:
    import tldextract  # late: it imports requests, and few addresses need it

    # Its own list: no network. Hosts of a platform's customers count as domains.
    return tldextract.TLDExtract(
        suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True
    )


def _registered(host: str) -> str:
    found = _suffixes()(host)
    return f"{found.domain}.{found.suffix}" if found.domain and found.suffix else ""
