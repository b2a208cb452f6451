"""The words that stand around articles on the demo's pages, by language."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """What a page says besides its article."""

    menu: tuple[str, ...]
    cookies: str
    accept: str
    reject: str
    share: str
    newsletter: str
    your_address: str
    sign_up: str
    related: str
    most_read: str
    updated: str
    comments: str
    about: tuple[str, ...]
    rights: str
    search: str
    up: str


ENGLISH = Phrases(
    menu=("Home", "World", "Politics", "Business", "Opinion", "Culture", "Video"),
    cookies="We and our 214 partners store cookies on your device to measure how this site is "
    "used and to show you advertising that fits you. You can change your choice at any time.",
    accept="Accept all",
    reject="Only necessary",
    share="Share this story",
    newsletter="The morning briefing: everything you need to know, in your inbox by seven.",
    your_address="Your e-mail address",
    sign_up="Sign up",
    related="More on this",
    most_read="Most read",
    updated="Updated",
    comments="Comments are closed.",
    about=("About us", "Contact", "Advertise", "Privacy policy", "Terms of use"),
    rights="All rights reserved. Reproduction only with written permission.",
    search="Search",
    up="Back to top",
)

BY_LANGUAGE = {
    "en": ENGLISH,
    "ru": Phrases(
        menu=("Главная", "В мире", "Политика", "Экономика", "Мнения", "Культура", "Видео"),
        cookies="Мы используем файлы cookie, чтобы сайт работал удобнее. Продолжая "
        "просмотр, вы соглашаетесь с правилами обработки данных.",
        accept="Принять",
        reject="Настроить",
        share="Поделиться",
        newsletter="Главное за день: подпишитесь на нашу вечернюю рассылку.",
        your_address="Ваша почта",
        sign_up="Подписаться",
        related="По теме",
        most_read="Популярное",
        updated="Обновлено",
        comments="Комментарии закрыты.",
        about=("О редакции", "Контакты", "Реклама", "Политика конфиденциальности"),
        rights="Все права защищены. При цитировании ссылка обязательна. 16+",
        search="Поиск",
        up="Наверх",
    ),
    "de": Phrases(
        menu=("Start", "Ausland", "Politik", "Wirtschaft", "Meinung", "Kultur", "Video"),
        cookies="Wir verwenden Cookies, um unsere Seiten zu verbessern und Werbung "
        "auszuspielen. Sie können Ihre Auswahl jederzeit ändern.",
        accept="Alle annehmen",
        reject="Nur notwendige",
        share="Artikel teilen",
        newsletter="Der Tag am Morgen: unser Newsletter um sechs Uhr, kostenlos.",
        your_address="Ihre E-Mail-Adresse",
        sign_up="Anmelden",
        related="Mehr zum Thema",
        most_read="Meistgelesen",
        updated="Aktualisiert",
        comments="Die Kommentarfunktion ist geschlossen.",
        about=("Impressum", "Kontakt", "Anzeigen", "Datenschutz", "AGB"),
        rights="Alle Rechte vorbehalten.",
        search="Suche",
        up="Nach oben",
    ),
    "fr": Phrases(
        menu=("Accueil", "Monde", "Politique", "Économie", "Débats", "Culture", "Vidéos"),
        cookies="Avec nos partenaires, nous utilisons des cookies pour mesurer l'audience et "
        "adapter la publicité. Vous pouvez modifier vos choix à tout moment.",
        accept="Tout accepter",
        reject="Continuer sans accepter",
        share="Partager l'article",
        newsletter="La lettre du matin : l'essentiel de l'actualité à votre réveil.",
        your_address="Votre adresse e-mail",
        sign_up="S'inscrire",
        related="Sur le même sujet",
        most_read="Les plus lus",
        updated="Mis à jour",
        comments="Les commentaires sont fermés.",
        about=("Qui sommes-nous", "Contact", "Publicité", "Mentions légales"),
        rights="Tous droits réservés.",
        search="Rechercher",
        up="Haut de page",
    ),
    "uk": Phrases(
        menu=("Головна", "Світ", "Політика", "Економіка", "Думки", "Культура", "Відео"),
        cookies="Ми використовуємо файли cookie, щоб сайт працював краще. Ви можете "
        "змінити свій вибір будь-коли.",
        accept="Прийняти",
        reject="Налаштувати",
        share="Поділитися",
        newsletter="Головне за добу: підпишіться на нашу щоденну розсилку.",
        your_address="Ваша пошта",
        sign_up="Підписатися",
        related="За темою",
        most_read="Найпопулярніше",
        updated="Оновлено",
        comments="Коментарі закрито.",
        about=("Про нас", "Контакти", "Реклама", "Політика приватності"),
        rights="Усі права захищено.",
        search="Пошук",
        up="Нагору",
    ),
}


def phrases(language: str) -> Phrases:
    """The words of ``language``; English where it has none."""
    return BY_LANGUAGE.get(language, ENGLISH)


_CAPTION = re.compile(
    r"""^\s*[\[(]?\s*(
        (file\ |archive\ )?(photo|picture|image|caption)(\ by\b|\ credit|:)
      | (архивное\ )?фото(графия)?(\ из\ архива)?\s*[:/] | (на|на\ архивном)\ (фото|снимке)\b
      | (archiv)?(foto|bild)(unterschrift)?\s*: | (photo|légende|crédit)\s*(d'archives)?\s*:
      | світлина\s*: | ©
    )
    | \((ap\ )?(file\ )?(photo|foto|фото)[^)]*\)\s*$ | /\s*(file\ )?photo\s*$
    | \b(pictured|is\ seen\ in\ this)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_READ_ALSO = re.compile(
    r"""^\s*[\[(>▶►•]*\s*(
        read\ (also|more|next)|also\ read|see\ also|related|more\ on\ this
      | читайте\ также|читать\ также|по\ теме|читайте\ також|за\ темою
      | lesen\ sie\ auch|mehr\ zum\ thema|lire\ aussi|à\ lire\ aussi|lire\ également
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)


def is_caption(paragraph: str) -> bool:
    """Whether a paragraph reads like the caption of a photo. Long ones never do."""
    return len(paragraph) <= 400 and _CAPTION.search(paragraph) is not None


def is_read_also(paragraph: str) -> bool:
    """Whether a paragraph is a line that points to another article."""
    return len(paragraph) <= 300 and _READ_ALSO.search(paragraph) is not None
