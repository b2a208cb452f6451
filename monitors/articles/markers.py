"""Words by which the parts of a news page give themselves away, in ten languages.

English, Russian, Ukrainian, German, French, Spanish, Italian, Portuguese, Polish and Dutch.
Only phrases that true news sentences do not begin with or consist of belong here.
"""

from __future__ import annotations

import re

_AGENCIES = (
    "AFP|AP|AP Photo|Associated Press|Reuters|TASS|ТАСС|RIA Novosti|РИА Новости|EPA(?:-EFE)?|EFE|"
    "ANSA|dpa|picture alliance|Getty(?: Images)?|Anadolu(?: Agency)?|Sputnik|Zuma(?: Press)?|"
    "Interfax|Интерфакс|Xinhua|PAP|ANP|LUSA|IMAGO|Global Look Press|Kommersant|Коммерсантъ|"
    "Izvestia|Известия|Ukrinform|Укрінформ|Keystone|Bloomberg|Shutterstock|Pool"
)


def _lead(*phrases: str) -> re.Pattern[str]:
    """Matches a text that begins with one of ``phrases`` as whole words."""
    return re.compile(rf"(?:{'|'.join(phrases)})(?!\w)", re.IGNORECASE)


def _anywhere(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(phrases), re.IGNORECASE)


def _lines(*phrases: str) -> frozenset[str]:
    return frozenset(p.strip() for phrase in phrases for p in phrase.split("|"))


def starts(pattern: re.Pattern[str], text: str) -> bool:
    """Whether ``text`` begins with ``pattern``, list marks and quotes aside."""
    return pattern.match(text.lstrip("-–—•*►▶>→\"'«„“( ")) is not None


CREDIT = re.compile(
    r"(?:photo(?:graph|graphie)?s?(?: credit| by)?|image(?: credit)?|picture|credit|source photo"
    r"|фото(?:графия)?|снимок|світлина|автор фото|bild(?:quelle|nachweis)?|foto|crédits?"
    r"(?: photo)?|crédito|fotografía|fotografia|imagen|immagine|imagem|zdjęcie|fot\.|beeld"
    r"|illustration|иллюстрация|abbildung)\s*[:©/]",
    re.IGNORECASE,
)
CREDIT_TAIL = re.compile(
    r"(?:\b(?:photo(?:graph)?|фото|foto|bild|crédit photo|image)\s*:\s*|©\s*)[^.!?]{2,60}$",
    re.IGNORECASE,
)
AGENCY_LINE = re.compile(
    rf"(?:©\s*)?(?:[\w .'’&-]{{2,40}}\s*/\s*)*(?:{_AGENCIES})(?:\s*/\s*[\w .'’&-]{{2,40}})*",
    re.IGNORECASE,
)
POSITION = re.compile(
    r"\((?:(?:second |third )?(?:from )?(?:the )?(?:left|right|cent(?:er|re))|"
    r"(?:второй |вторая |третий )?(?:справа|слева|в центре)|(?:на фото|на снимке)|"
    r"(?:праворуч|ліворуч|у центрі)|(?:\d\. ?v\. ?)?(?:links|rechts|l\.|r\.|mitte)|"
    r"à (?:droite|gauche)|au centre|(?:a la )?(?:izquierda|derecha)|"
    r"(?:a )?(?:sinistra|destra)|(?:à )?(?:esquerda|direita)|(?:po|z) (?:lewej|prawej)"
    r")\)",
    re.IGNORECASE,
)

RELATED = _lead(
    r"read (?:also|more|next|on)(?: about)?\s*(?::|—|-|–|$)", r"see also", r"also read",
    r"related(?: (?:stories|articles|news|content|topics))?\s*(?::|$)",
    r"more on this(?: story)?", r"more (?:stories|news) (?:from|on)", r"you may also like",
    r"recommended (?:for you|reading)", r"don'?t miss\s*:", r"further reading", r"most read",
    r"latest news\s*(?::|$)",
    r"(?:читайте|смотрите|слушайте) (?:также|далее|ещё|еще|по теме|нас)", r"по теме\s*(?::|$)",
    r"материалы по теме", r"подробнее (?:читайте|см\.)", r"подробнее\s*:", r"(?:еще|ещё) по теме",
    r"другие новости", r"следующая новость", r"предыдущая новость",
    r"(?:читайте|дивіться|слухайте) (?:також|ще)", r"(?:за|на) темою\s*:",
    r"lesen sie (?:auch|mehr|hier|dazu)", r"(?:auch )?interessant\s*:", r"mehr zum thema",
    r"mehr dazu", r"zum thema\s*:", r"siehe auch", r"weitere artikel",
    r"(?:à )?lire (?:aussi|également)", r"à lire\s*:", r"voir aussi",
    r"sur le même (?:sujet|thème)", r"(?:lee|lea|leer|ver|vea) (?:también|además|más)",
    r"(?:te puede|puede) interesar", r"(?:noticias|artículos) relacionad[ao]s", r"leggi anche",
    r"vedi anche", r"per approfondire", r"(?:leia|veja|ler) (?:também|mais)", r"saiba mais",
    r"(?:czytaj|zobacz|przeczytaj) (?:też|także|również|więcej)", r"lees (?:ook|meer|verder)",
    r"bekijk ook", r"zie ook",
)  # fmt: skip

RECAP_STRONG = _lead(
    r"(?:let us |to )?recall(?:,|:| that)",
    r"(?:it )?(?:is|was) (?:recalled|earlier reported) that",
    r"as (?:was |we )?(?:previously|earlier|already) (?:reported|written|noted)",
    r"as (?:was )?reported (?:earlier|previously|before)", r"(?:as )?a reminder(?:,|:)",
    r"(?:earlier|previously),? it (?:was|has been) reported", r"background\s*:", r"as a reminder",
    r"(?:напомним|напоминаем|напомню)",
    r"как (?:ранее )?(?:сообщалось|писал[аио]?|сообщал[аио]?)(?: ранее)?",
    r"ранее (?:сообщалось|стало известно|писали)", r"справка\s*:", r"(?:нагадаємо|нагадуємо)",
    r"як (?:раніше )?(?:повідомлял(?:ось|ося|а|и)|писал[аио])",
    r"раніше (?:повідомлял(?:ось|ося)|стало відомо)", r"довідка\s*:", r"zur erinnerung",
    r"hintergrund\s*:", r"wie (?:bereits )?(?:berichtet|zuvor berichtet)",
    r"(?:pour )?rappel(?:,|:| des faits)", r"pour rappel", r"rappelons", r"pour mémoire",
    r"(?:cabe|hay que) recordar", r"como (?:ya )?(?:se )?inform(?:ó|amos)", r"recordemos",
    r"(?:lo )?ricordiamo", r"(?:vale )?recordar que", r"relembre", r"przypomnijmy",
    r"przypominamy", r"ter herinnering", r"zoals (?:eerder|reeds) (?:gemeld|bericht)",
)  # fmt: skip

RECAP_WEAK = _lead(
    r"earlier(?:,| (?:this|last) (?:week|month|year)| in (?:the )?(?:week|month|year|\w+uary|"
    r"\w+ber|march|april|may|june|july|august))", r"previously",
    r"last (?:week|month|year|spring|summer|autumn|fall|winter|january|february|march|april|"
    r"may|june|july|august|september|october|november|december)",
    r"(?:a|one|two|three|several|some) (?:days?|weeks?|months?|years?) (?:ago|earlier|before)",
    r"in recent (?:weeks|months|years)", r"before that", r"the day before", r"back in \d{4}",
    r"ранее", r"до этого", r"прежде", r"накануне",
    r"(?:на прошлой неделе|в прошлом (?:месяце|году))",
    r"(?:неделей|месяцем|годом|днем|днём) ранее", r"(?:неделю|месяц|год) назад", r"раніше",
    r"до цього", r"напередодні", r"(?:минулого (?:тижня|місяця|року))",
    r"(?:тиждень|місяць|рік) тому", r"zuvor", r"bereits (?:im|am) \w+",
    r"(?:vergangene|letzte)[nrs]? (?:woche|monat|jahr)",
    r"im (?:vergangenen|letzten) (?:monat|jahr)",
    r"vor (?:einer|einem|zwei|drei) (?:woche|monat|jahr|wochen|monaten|jahren|tagen)",
    r"(?:auparavant|précédemment|plus tôt)", r"(?:la semaine|le mois) derni(?:ère|er)",
    r"l['’](?:an|année) derni(?:er|ère)",
    r"il y a (?:une|un|deux|trois) (?:semaines?|mois|ans?|jours)",
    r"(?:anteriormente|previamente)", r"(?:la semana|el mes|el año) pasad[ao]",
    r"(?:in precedenza|precedentemente)", r"(?:la settimana|il mese|l'anno) scors[ao]",
    r"(?:na semana|no mês|no ano) passad[ao]", r"(?:wcześniej|poprzednio)",
    r"w (?:zeszłym|ubiegłym) (?:tygodniu|miesiącu|roku)", r"(?:eerder|voorheen)",
    r"(?:vorige|afgelopen) (?:week|maand|jaar)",
)  # fmt: skip

TODAY = _anywhere(
    r"\b(?:today|tonight|this (?:morning|afternoon|evening)|now|currently|will)\b",
    r"\b(?:on )?(?:mon|tues|wednes|thurs|fri|satur|sun)day\b",
    r"\b(?:сегодня|сейчас|теперь|будет|будут|завтра|сьогодні|зараз|тепер|завтра|буде|будуть)\b",
    r"\b(?:в )?(?:понедельник|вторник|среду|четверг|пятницу|субботу|воскресенье)\b",
    r"\b(?:понеділок|вівторок|середу|четвер|п'ятницю|суботу|неділю)\b",
    r"\b(?:heute|jetzt|derzeit|wird|werden|morgen)\b",
    r"\b(?:am )?(?:mon|diens|donners|frei|sams|sonn)tag\b|\bmittwoch\b",
    r"aujourd['’]hui|\b(?:maintenant|demain|lundi|mardi|mercredi|jeudi|vendredi|samedi|"
    r"dimanche)\b",
    r"\b(?:hoy|ahora|mañana|lunes|martes|miércoles|jueves|viernes|oggi|adesso|domani|hoje|"
    r"agora|amanhã|dziś|dzisiaj|teraz|jutro|vandaag|nu|lunedì|martedì|mercoledì|giovedì|"
    r"venerdì)\b",
)  # fmt: skip

BACKGROUND_HEADINGS = _lines(
    "background|context|what happened before|the story so far|timeline|previous developments",
    "контекст|предыстория|справка|что было раньше|что этому предшествовало|ранее|передісторія",
    "довідка|що було раніше|hintergrund|vorgeschichte|contexte|rappel des faits|antecedentes",
    "contexto|antefatti|contesto|tło|kontekst|achtergrond",
)

TRANSLATED = _anywhere(
    r"translated (?:automatically|by machine)",
    r'translated (?:by|with|using) (?:the )?(?:[\w«»\"“”. ]+ )?(?:service|translate|'
    r'translator|deepl|google|yandex|ai|machine)',
    r"(?:machine|automatic(?:ally)?|auto)[ -]transl",
    r"this (?:article|text|page) (?:was|has been) (?:automatically )?translated",
    r"перев(?:едено|од) (?:сервисом|автоматическ|выполнен|с помощью)", r"машинный перевод",
    r"автоматический перевод", r"перекладено (?:сервісом|автоматично|за допомогою)",
    r"(?:машинний|автоматичний) переклад",
    r"(?:automatisch|maschinell)e? (?:übersetz|erstellte üb)",
    r"(?:automatische|maschinelle) übersetzung", r"traduction automatique",
    r"traduit automatiquement", r"traduc(?:ción|ido) autom[áa]tic[ao](?:mente)?",
    r"traduzione automatica", r"tradotto automaticamente",
    r"tradu(?:ção|zido) autom[áa]tic[ao](?:mente)?", r"tłumaczenie (?:automatyczne|maszynowe)",
    r"automatisch vertaald", r"automatische vertaling",
)  # fmt: skip

SERVICE = _anywhere(
    r"мнение автора может не совпадать", r"(?:views|opinions) expressed (?:here |in this )",
    r"\b(?:subscribe (?:to|now|here|today)|sign up (?:for|to|here)|(?:our|daily|weekly|"
    r"free) newsletter|follow us (?:on|at)|share (?:this|on|via)|join (?:us on|our)|"
    r"download (?:our|the) app|click here|all rights reserved|terms of (?:use|service)|"
    r"privacy policy)",
    r"\b(?:we|site|website) uses? cookies|cookie (?:policy|settings|preferences)|"
    r"accept (?:all )?cookies",
    r"reuse (?:of )?(?:our )?(?:content|materials)|(?:found|spotted) (?:a|an) (?:typo|error|"
    r"mistake)", r"подпи(?:шитесь|сывайтесь|саться на)|наш(?:ем|его)? (?:telegram|телеграм)",
    r"поделиться (?:в|ссылкой|новостью)|cookie[- ]?файл|файл(?:ов|ы) cookie|все права защищены",
    r"при (?:полном|цитировании|использовании материал)|нашли (?:ошибку|опечатку)|"
    r"пользовательск(?:им|ое|ого) соглашени|рассылк[уи] новостей|озвучить текст",
    r"підпи(?:шіться|суйтесь|суйтеся)|усі права захищен|всі права захищен|файли cookie",
    r"(?:unseren?|den|kostenlosen?) newsletter|alle rechte vorbehalten|abonnieren sie|"
    r"folgen sie uns|cookies (?:zustimmen|akzeptieren)|wir verwenden cookies|jetzt abonnieren|"
    r"artikel teilen",
    r"abonnez-vous|inscrivez-vous|tous droits réservés|notre newsletter|suivez-nous|"
    r"nous utilisons des cookies|partager (?:sur|cet article)",
    r"suscr[íi]b(?:ete|ase)|todos los derechos reservados|s[íi]guenos|utilizamos cookies|"
    r"nuestro bolet[íi]n", r"iscriviti|tutti i diritti riservati|seguici su|utilizziamo i cookie",
    r"assine (?:a|nossa|já)|todos os direitos reservados|siga-nos|usamos cookies",
    r"zapisz się|wszelkie prawa zastrzeżone|używamy plików cookie|obserwuj nas",
    r"meld je aan|schrijf je in|alle rechten voorbehouden|volg ons|wij gebruiken cookies",
)  # fmt: skip

NAVIGATION = _lines(
    "skip to main content|skip to content|advertisement|advertising|sponsored",
    "sponsored content|ad|live broadcast|live|watch live|main slide|beginning of the article",
    "select important|on|off|menu|home|search|share|print|comments|leave a comment",
    "back to top|log in|sign in|next|previous|read more|show more|load more|continue reading",
    "listen|listen to this article|save|copy link|loading|loading...|close|accept|subscribe",
    "newsletter|tags|topics|contents|video|photos|gallery|main menu|breadcrumb|world|politics",
    "business|opinion|updated|published|reporting by|реклама|прямой эфир|главный слайд",
    "начало статьи|озвучить текст|выделить главное|вкл|выкл|главная|меню|поиск|поделиться",
    "комментарии|войти|версия для печати|теги|статьи|новости|мир|следующая новость|на главную",
    "подписаться|показать еще|читать далее|политика|фото|видео|реклама на сайте|головна|пошук",
    "поділитися|коментарі|увійти|новини|світ|наступна новина|anzeige|werbung|startseite|suche",
    "teilen|drucken|kommentare|anmelden|mehr|weiterlesen|merken|zum inhalt springen|inhalt",
    "nach oben|publicité|accueil|rechercher|partager|imprimer|se connecter|aller au contenu",
    "commentaires|lire la suite|publicidad|inicio|buscar|compartir|imprimir|comentarios",
    "iniciar sesión|pubblicità|condividi|stampa|commenti|accedi|publicidade|início",
    "compartilhar|reklama|strona główna|szukaj|udostępnij|komentarze|zaloguj|advertentie",
    "zoeken|delen",
)

COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright\b).{0,80}(?:\d{4}|rights|права|rechte|droits)", re.IGNORECASE
)
BYLINE = re.compile(
    r"(?:by|von|par|por|di|autor|автор[ыи]?|текст|text|tekst|door|reporting by|editing by)"
    r"\s*:?\s+(?:[A-ZА-ЯЁЇІЄҐÄÖÜ][\w.’'-]*[ ,]*(?:(?:and|и|und|et|y|та|i|e) )?){1,6}$",
    re.IGNORECASE,
)
