"""Is it an article at all? Tells real text from walls, errors and lists of links.

A marker counts only where the text is too short for an article, or makes up most of it:
a long article about cookies is an article.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median
from urllib.parse import urlsplit

from monitors.addresses import is_home
from monitors.articles.texts import ends_sentence
from monitors.model import Extraction, Page

SHORT = 1_200
STUB = 2_000

PROBLEMS = {
    "empty": "no text was found on the page",
    "not html": "the page is not HTML",
    "cookie wall": "the page shows a cookie notice instead of the article",
    "paywall": "the page shows only the beginning to readers who do not pay",
    "error page": "the page is an error message, or leads elsewhere",
    "bot wall": "the page wants proof that a person is reading",
    "listing": "the page is a list of links, not an article",
    "boilerplate": "all its text stands on other articles of the site too",
    "refused": "the server refuses us the page",
    "robots.txt": "the site's robots.txt asks us not to read the page",
    "unreachable": "the page could not be fetched",
    "too large": "the page is too large",
    "too slow": "the page took too long to read",
    "not parsed": "the page cannot be parsed",
}
"""What each of ``monitors.model.UNREADABLE_CAUSES`` means, for people."""

_TRUNCATED = 0.35
"""Below this share of the words that a page claims, its text is only the beginning."""


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(phrases), re.IGNORECASE)


_BOT = _any(
    r"checking (?:if the site connection is secure|your browser)", r"just a moment\.\.\.",
    r"(?:please )?(?:enable|turn on) java ?script", r"java ?script (?:is|has been) disabled",
    r"verify(?:ing)? (?:that )?you are (?:a )?human", r"are you a (?:robot|human)",
    r"not a robot", r"unusual (?:traffic|activity) from your",
    r"attention required!? \| cloudflare", r"ddos[- ](?:protection|guard)",
    r"complete the (?:captcha|security check)", r"press (?:&|and) hold",
    r"проверк[аиу] (?:вашего )?браузера", r"включите javascript", r"вы не робот", r"я не робот",
    r"докажите, что вы (?:не робот|человек)", r"увімкніть javascript", r"ви не робот",
    r"(?:ihr|dein) browser wird (?:ge|über)prüft", r"javascript (?:zu )?aktivier",
    r"kein roboter", r"activer? javascript", r"vérification de (?:votre|que vous)",
    r"pas un robot", r"(?:active|habilite|activar|habilitar) javascript",
    r"no (?:eres|es|soy) un robot", r"abilita(?:re)? javascript", r"non sei un robot",
    r"não é um robô", r"ative o javascript", r"włącz (?:obsługę )?javascript",
    r"nie jesteś robotem", r"schakel javascript in", r"geen robot",
)  # fmt: skip
_COOKIE = _any(
    r"\b(?:we|our (?:partners|site)|this (?:site|website)) (?:and our partners )?uses? cookies",
    r"(?:accept|reject|manage|allow) (?:all )?cookies",
    r"cookie (?:consent|settings|preferences)", r"consent to (?:the use|our use|cookies)",
    r"before you continue", r"your privacy choices",
    r"использу(?:ем|ет|ются) (?:файлы )?(?:cookie|куки)", r"файл(?:ов|ы) cookie", r"принять все",
    r"cookie-файл", r"використову(?:ємо|є) (?:файли )?cookie", r"файл(?:ів|и) cookie",
    r"(?:wir|diese (?:web)?seite) (?:verwende[nt]|nutz(?:en|t)) cookies",
    r"cookies? (?:zustimm|akzept)", r"alle akzeptieren", r"datenschutzeinstellungen",
    r"mit werbung (?:und tracking )?weiterlesen", r"(?:nous|ce site) utilis(?:ons|e) des cookies",
    r"accepter (?:les|tous les) cookies", r"tout accepter",
    r"(?:utilizamos|usamos|utiliza) cookies", r"aceptar (?:todas las )?cookies",
    r"utilizz(?:iamo|a) (?:i )?cookie", r"accetta (?:tutti )?(?:i )?cookie",
    r"aceitar (?:todos )?", r"używa(?:my)? plików cookie", r"akceptuj",
    r"(?:wij|deze site) gebruik(?:en|t) cookies", r"cookies (?:accepteren|toestaan)",
)  # fmt: skip
_PAYWALL = _any(
    r"subscribe to (?:continue|read|unlock|keep)", r"(?:to )?continue reading(?:,| this| with)",
    r"subscribers? only", r"(?:for|exclusive to) (?:our )?subscribers", r"already a subscriber",
    r"log ?in to (?:continue|read)", r"free articles (?:left|remaining)",
    r"start your free trial", r"доступ(?:ен|на|но|ны)? (?:только )?(?:по подписке|подписчик)",
    r"оформите подписку", r"чтобы (?:читать|прочитать) (?:дальше|далее|полностью)",
    r"для подписчиков", r"доступн\w+ (?:лише|тільки) (?:за передплатою|передплатникам)",
    r"оформіть передплату", r"nur für abonnent", r"(?:mit|im) (?:einem )?abo (?:weiter)?lesen",
    r"weiterlesen mit", r"jetzt abonnieren und", r"(?:artikel )?ist (?:kostenpflichtig|exklusiv)",
    r"sie haben bereits ein abo", r"réservée? aux abonnés", r"(?:article|suite) (?:est )?réservé",
    r"abonnez-vous pour (?:lire|poursuivre)", r"déjà abonné",
    r"(?:exclusivo|solo|sólo) para suscriptores", r"suscr[íi]b(?:ete|ase) para",
    r"(?:contenuto )?riservato agli abbonati", r"abbonati per", r"exclusivo para assinantes",
    r"assine para", r"(?:tylko |dostępny )dla (?:prenumeratorów|subskrybentów)", r"wykup dostęp",
    r"alleen voor abonnees", r"word abonnee", r"neem een abonnement",
)  # fmt: skip
_ERROR = _any(
    r"\b(?:error )?(?:40[0134]|410|429|50[0234])\b.{0,30}(?:error|not found|forbidden|"
    r"unavailable|ошибка|fehler|erreur)",
    r"(?:error|ошибка|fehler|erreur|помилка|errore|erro|błąd|fout) (?:40[0134]|410|50[0234])",
    r"^(?:404|403|410|500|502|503)$",
    r"page (?:not found|(?:you (?:requested|are looking for) )?(?:does not|doesn't|"
    r"no longer) exists?)", r"(?:page|article) (?:has been|was) (?:removed|deleted|moved)",
    r"access denied", r"forbidden$", r"(?:service|temporarily|is currently) unavailable",
    r"internal server error", r"bad gateway", r"under (?:scheduled )?maintenance",
    r"technical difficulties", r"(?:страница|материал|статья) не найден[аы]?",
    r"страница (?:была )?удалена", r"доступ запрещ[её]н", r"сервис временно недоступен",
    r"технические работы", r"сторінк[ау] не знайдено", r"доступ заборонено",
    r"seite (?:wurde )?nicht gefunden", r"zugriff verweigert", r"wartungsarbeiten",
    r"page (?:introuvable|non trouvée)", r"accès refusé", r"página no (?:encontrada|existe)",
    r"acceso denegado", r"pagina non trovata", r"accesso negato", r"página não encontrada",
    r"strona nie (?:została znaleziona|istnieje)", r"nie znaleziono strony",
    r"pagina (?:is )?niet gevonden", r"toegang geweigerd",
)  # fmt: skip
_WALLS = (("bot wall", _BOT), ("error page", _ERROR), ("cookie wall", _COOKIE))


def judge(extraction: Extraction, *, status: int = 200) -> str | None:
    """Why ``extraction`` is no article, or None where it is one.

    :param status: the HTTP status that the page came with
    :returns: one of ``monitors.model.UNREADABLE_CAUSES``
    """
    paragraphs = extraction.paragraphs
    text = "\n".join(paragraphs)
    size = _weight(text)
    if status >= 400:
        return "error page"
    for cause, pattern in _WALLS:
        if size < SHORT and _speaks_of(pattern, extraction.title, paragraphs):
            return cause
        if size >= SHORT and _mostly(pattern, paragraphs, size):
            return cause
    if not any(map(str.isalpha, text)):
        return "paywall" if extraction.signs.closed else "empty"
    if size < STUB and _is_stub(extraction, text):
        return "paywall"
    return "listing" if _is_listing(extraction) else None


def misled(page: Page) -> str | None:
    """Why ``page`` is not the one that was asked for, None where it seems to be.

    Where an article is gone, or behind a wall, many sites send elsewhere and call it well.

    :returns: one of ``monitors.model.UNREADABLE_CAUSES``
    """
    if page.url == page.requested_url:
        return None
    try:
        parts = urlsplit(page.url)
        if is_home(page.url) and not is_home(page.requested_url):
            return "error page"
    except ValueError:
        return None
    for cause, place in _DETOURS:
        if place.search(f"{parts.hostname or ''}{parts.path}") and not place.search(
            page.requested_url
        ):
            return cause
    return None


_DETOURS = (
    ("cookie wall", re.compile(r"^consent\.|/(?:cookie-?)?consent(?:/|$)|/gdpr(?:/|$)")),
    ("paywall", re.compile(r"/(?:log-?in|sign-?in|sign-?up|subscribe|register|abo)(?:[/.]|$)")),
    ("bot wall", re.compile(r"/(?:captcha|showcaptcha|challenge)(?:[/.]|$)")),
    ("error page", re.compile(r"/(?:404|410|error|not-?found|page-not-found)(?:[/.]|$)")),
)


def _is_stub(extraction: Extraction, text: str) -> bool:
    """Whether a short text is only the beginning: the page says so, or stops in the middle."""
    if extraction.signs.closed or _PAYWALL.search("\n".join(extraction.paragraphs[-4:])):
        return True
    claimed = extraction.signs.words or 0
    short = len(text.split()) < _TRUNCATED * claimed
    return short and text.rstrip().endswith(("...", "…", "[…]"))


def _weight(text: str) -> int:
    """Length in characters of an alphabet; an ideograph says about three of them."""
    return len(text) + 2 * sum("\u3040" <= c <= "\u9fff" for c in text)


def _speaks_of(pattern: re.Pattern[str], title: str, paragraphs: Sequence[str]) -> bool:
    """Whether a short page is a wall: by its title, or by a good part of its text."""
    if pattern is not _COOKIE and len(title) <= 80 and pattern.search(title):
        # A real article may have such words in its headline; it then also has a body.
        return sum(len(p) for p in paragraphs if not pattern.search(p) and ends_sentence(p)) < 300
    return _mostly(pattern, paragraphs, sum(map(len, paragraphs)), share=0.25)


def _mostly(
    pattern: re.Pattern[str], paragraphs: Sequence[str], size: int, share: float = 0.5
) -> bool:
    marked = sum(_weight(p) for p in paragraphs if pattern.search(p))
    return size > 0 and marked > share * size


def _is_listing(extraction: Extraction) -> bool:
    """Many short lines, hardly a sentence among them; or headlines of other pages between."""
    paragraphs = extraction.paragraphs
    long = sum(len(p) > 250 for p in paragraphs)
    if extraction.signs.listed >= 6 and extraction.signs.listed * 4 >= len(paragraphs):
        return long < 3
    if len(paragraphs) < 8:
        return False
    closed = sum(ends_sentence(p) for p in paragraphs) / len(paragraphs)
    return closed < 0.25 and long < 2 and median(map(len, paragraphs)) < 120
