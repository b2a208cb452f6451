from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.articles.dates import written_dates
from monitors.articles.passages import cut
from monitors.articles.sentences import pieces, sentences
from monitors.model import PassageKind as K

NEWS = (
    "The harbour board of Lindmouth approved the ferry terminal on Thursday, its chair said.",
    "It will take ships of up to 140 metres and cost less than the piers that it replaces.",
    "Shipping companies welcomed the vote, and the fishermen asked for a second hearing.",
    "The first piles will be driven before the summer ends, the plans of the board say.",
)
DATE = datetime(2025, 3, 14, tzinfo=UTC)


def kind_of(line: str, *, before: int = 2, language: str = "en") -> K:
    """The kind that ``line`` gets behind some paragraphs of news."""
    news = list(NEWS[:before])
    passages, _ = cut("Terminal approved", "", [*news, line, *NEWS[before:]], language, DATE)
    return next(p.kind for p in passages if p.text == line)


def test_title_lead_and_body_in_reading_order() -> None:
    passages, translated = cut("Terminal approved", "", NEWS, "en")

    assert [p.kind for p in passages] == [K.TITLE, K.LEAD, K.BODY, K.BODY, K.BODY]
    assert [p.index for p in passages] == [0, 1, 2, 3, 4]
    assert not translated


def test_the_summary_is_the_lead_where_there_is_no_text() -> None:
    assert [p.kind for p in cut("Title", "A summary of it.", [], "en")[0]] == [K.TITLE, K.LEAD]
    assert [p.kind for p in cut("A title", "a  title.", [], "en")[0]] == [K.TITLE]
    assert [p.text for p in cut("Title", "Summary.", NEWS[:1], "en")[0]] == ["Title", NEWS[0]]
    assert [p.text for p in cut("Title", "Rain falls.", ["Menu", "Share"], "en")[0]][-1] == (
        "Rain falls."
    )


def test_nothing_gives_nothing() -> None:
    assert cut("", "", [], "und") == ((), False)


@pytest.mark.parametrize(
    "line",
    [
        "Photo: Daily Pictures/Jo Doe",
        "Фото: Агентство/Иван Петров",
        "Photograph: Jo Doe/Reuters",
        "© Reuters",
        "AFP/Getty Images",
        "Jo Doe / AP",
        "Bild: dpa",
        "Foto: ANSA",
        "Crédit photo : AFP",
        "The chair of the board, Ann Lee (right), with the mayor",
        "Глава совета Анна Ли (справа) и мэр города",
        "Bürgermeister Karl Wels (links) im Hafen",
        "The mayor opens the old pier. Photo: Jo Doe",
    ],
)
def test_credits_and_positions_are_captions(line: str) -> None:
    assert kind_of(line) is K.CAPTION


@pytest.mark.parametrize(
    "line",
    [
        "Read also: Storm damages the second pier",
        "READ MORE: Who pays for the terminal?",
        "See also our map of the harbour",
        "Читайте также: Шторм повредил причал",
        "Lesen Sie auch: Sturm beschädigt Pier",
        "À lire aussi : La tempête a endommagé la jetée",
        "Читайте також: Шторм пошкодив причал",
        "Lee también: La tormenta daña el muelle",
        "Leggi anche: La tempesta danneggia il molo",
        "Leia também: Tempestade danifica o cais",
        "Czytaj też: Sztorm uszkodził molo",
        "Lees ook: Storm beschadigt pier",
    ],
)
def test_links_to_other_articles_are_related(line: str) -> None:
    assert kind_of(line) is K.RELATED


@pytest.mark.parametrize(
    "line",
    [
        "Skip to main content",
        "Advertisement",
        "Live broadcast",
        "Реклама",
        "Anzeige",
        "Subscribe to our newsletter for more from the coast.",
        "We use cookies to improve your visit to this page.",
        "Подписывайтесь на наш Telegram-канал",
        "© 2025 Lindmouth Courier. All rights reserved",
        "BE RU EN",
        "14.03.2025, 13:47",
        "By Jo Doe",
        "12:30 * 45",
        "Озвучить текст",
    ],
)
def test_the_clothes_of_a_page_are_boilerplate(line: str) -> None:
    assert kind_of(line) is K.BOILERPLATE


@pytest.mark.parametrize(
    "remark",
    [
        "Translated by the Babel Fish service",
        "This text was translated automatically.",
        "Translated automatically by the desk",
        "Переведено сервисом «Вавилон»",
        "Automatische Übersetzung",
        "Traduction automatique",
        "Перекладено автоматично",
    ],
)
def test_remarks_of_machine_translation_mark_the_article(remark: str) -> None:
    passages, translated = cut("Terminal approved", "", [*NEWS, remark], "en")

    assert translated
    assert passages[-1].kind is K.BOILERPLATE


@pytest.mark.parametrize(
    "line",
    [
        "Earlier, the board had rejected two other plans for the same place.",
        "Recall that the old piers were closed after the storm of last winter.",
        "As reported earlier, the piers were damaged by a storm.",
        "Background: the two piers date from another century.",
        "Previously, ferries left from the northern quay of the town.",
        "Last month the board heard three engineers on the plans.",
        "Ранее совет отклонил два других проекта на этом месте.",
        "Напомним, старые причалы закрыли после зимнего шторма.",
        "Zuvor hatte der Rat zwei andere Pläne abgelehnt.",
        "Zur Erinnerung: Die alten Stege waren nach dem Sturm gesperrt.",
        "Pour rappel, les anciens quais avaient fermé après la tempête.",
        "Раніше рада відхилила два інші проєкти на цьому місці.",
        "Нагадаємо, старі причали закрили після зимового шторму.",
        "On 2 February, engineers presented a first draft to the board.",
        "In 2017, a storm destroyed the lighthouse and parts of the northern quay.",
        "В феврале 2022 года шторм разрушил маяк и часть причала.",
    ],
)
def test_old_news_in_the_second_half_is_recap(line: str) -> None:
    assert kind_of(line, before=3) is K.RECAP


@pytest.mark.parametrize(
    "line",
    [
        "Earlier on Thursday, the mayor resigned over the vote.",
        "The tax of 2014 will be lifted for all ferries, the board said on Friday.",
        "On 12 March, two days before the vote, the fishermen left the talks.",
        "Captains should read paragraph (c): discharge is allowed.",
        "Ships may call from 9 May, the board said after the vote.",
        "The plan cost 2017 crowns for each citizen, according to the town.",
    ],
)
def test_fresh_news_is_never_recap(line: str) -> None:
    assert kind_of(line, before=3) is K.BODY


def test_the_first_half_is_recap_only_with_a_marker() -> None:
    dated = "In 2017, a storm destroyed the lighthouse and parts of the northern quay."
    marked = "Recall that a storm destroyed the lighthouse and parts of the quay."

    assert kind_of(dated, before=1) is K.BODY
    assert kind_of(marked, before=1) is K.RECAP
    assert kind_of(marked, before=0) is K.LEAD


def test_without_a_date_of_its_own_nothing_is_old() -> None:
    line = "In 2017, a storm destroyed the lighthouse and parts of the northern quay."

    passages, _ = cut("Terminal approved", "", [*NEWS, line], "en", None)

    assert passages[-1].kind is K.BODY


def test_what_stands_below_a_background_heading_is_recap() -> None:
    old = "Two wooden piers have served the town, and storms have damaged both."
    lines = [*NEWS[:2], "Background", old, old + " Again.", "What comes next", NEWS[2]]

    kinds = {p.text: p.kind for p in cut("Terminal approved", "", lines, "en")[0]}

    assert kinds[old] is K.RECAP
    assert kinds[old + " Again."] is K.RECAP
    assert kinds[NEWS[2]] is K.BODY


def test_a_bilingual_caption_goes_with_its_credit() -> None:
    lines = [NEWS[0], "Вид на гавань", "View of the harbour", "Photo: AP/Jo Doe", NEWS[1]]

    kinds = [p.kind for p in cut("Terminal approved", "", lines, "en")[0]]

    assert kinds == [K.TITLE, K.LEAD, K.CAPTION, K.CAPTION, K.CAPTION, K.BODY]


def test_a_sentence_before_a_credit_stays_news() -> None:
    passages, _ = cut("Terminal approved", "", [NEWS[0], "Photo: AP/Jo Doe", NEWS[1]], "en")

    assert [p.kind for p in passages] == [K.TITLE, K.LEAD, K.CAPTION, K.BODY]


def test_a_caption_in_another_script_is_told_by_its_twin() -> None:
    lines = [NEWS[0], "Паспорт гражданина другой страны", "Passport of another country", NEWS[1]]

    kinds = [p.kind for p in cut("Terminal approved", "", lines, "en")[0]]

    assert kinds[2:4] == [K.CAPTION, K.CAPTION]


def test_headlines_below_read_also_are_related() -> None:
    lines = [*NEWS[:2], "Read also:", "Storm damages second pier", "Who pays?", NEWS[2]]
    lines[4] = "Mayor under fire over the costs of the works"

    kinds = [p.kind for p in cut("Terminal approved", "", lines, "en")[0]]

    assert kinds == [K.TITLE, K.LEAD, K.BODY, K.RELATED, K.RELATED, K.RELATED, K.BODY]


def test_the_lead_is_a_sentence_not_the_heading_above_it() -> None:
    kinds = {p.text: p.kind for p in cut("", "", ["What the board wants now", *NEWS], "en")[0]}

    assert kinds[NEWS[0]] is K.LEAD


def test_a_paragraph_that_comes_twice_counts_once() -> None:
    kinds = [p.kind for p in cut("Terminal approved", "", [NEWS[0], NEWS[1], NEWS[0]], "en")[0]]

    assert kinds[-1] is K.BOILERPLATE


def test_the_title_repeated_in_the_text_counts_once() -> None:
    kinds = [p.kind for p in cut("Terminal approved", "", ["Terminal approved!", *NEWS], "en")[0]]

    assert kinds[:3] == [K.TITLE, K.BOILERPLATE, K.LEAD]


def test_a_flash_of_few_words_is_kept() -> None:
    assert [p.kind for p in cut("", "", ["Pier reopened"], "en")[0]] == [K.LEAD]


def test_items_of_a_live_blog_stay_apart() -> None:
    lines = ["• Board meets behind closed doors.", "• Fishermen gather outside.", "• Vote begins."]

    texts = [p.text for p in cut("Live: the vote", "", lines, "en")[0]]

    assert texts == ["Live: the vote", *(line[2:] for line in lines)]


def test_long_paragraphs_are_cut_at_sentence_ends_and_keep_their_kind() -> None:
    long = " ".join(f"The board heard speaker number {i}, who came from town." for i in range(30))

    passages, _ = cut("Hearing", "", [long], "en")

    assert {p.kind for p in passages[1:]} == {K.LEAD}
    assert all(len(p.text) <= 500 and p.text.endswith("town.") for p in passages[1:])
    assert " ".join(p.text for p in passages[1:]) == long


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Mr. J. D. Vance left. He was late.", 2),
        ("The U.S. Treasury acted. OFAC followed.", 2),
        ("Речь о г. Москве и т.д. в тексте. Он ушёл.", 2),
        ("Am 9. Mai kommt er z.B. nach Riad. Sie nicht.", 2),
        ("Is it over? No! It goes on…  Yes.", 4),
        ("会谈开始。双方同意。", 2),
        ('"We agreed." He left.', 2),
        ("It cost 3.5 million. Too much.", 2),
    ],
)
def test_sentences_end_where_they_end(text: str, parts: int) -> None:
    assert len(sentences(text)) == parts


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=3000), st.sampled_from(["en", "ru", "und"]))
def test_any_text_is_cut_without_failing_and_within_bounds(text: str, language: str) -> None:
    passages, _ = cut(text[:50], text[50:90], [text, text[::-1]], language, DATE)

    assert [p.index for p in passages] == list(range(len(passages)))
    assert all(p.text.strip() for p in passages)
    assert all(len(p.text) <= 600 for p in passages if p.kind is not K.TITLE)


def test_a_word_without_end_is_cut_too() -> None:
    assert max(map(len, pieces("x" * 5000))) <= 500


@pytest.mark.parametrize(
    ("text", "latest"),
    [
        ("on 18 February 2025", "2025-02-18"),
        ("on February 18", "2025-02-18"),
        ("on 9 May", "2025-05-09"),
        ("on 20 December", "2024-12-20"),
        ("18 февраля 2022 года", "2022-02-18"),
        ("am 3. März 2024", "2024-03-03"),
        ("le 1er février", "2025-02-01"),
        ("el 5 de enero de 2023", "2023-01-05"),
        ("12.02.2021", "2021-02-12"),
        ("2021-02-12", "2021-02-12"),
        ("in March 2024", "2024-03-31"),
        ("in 2017", "2017-12-31"),
    ],
)
def test_written_dates_are_read(text: str, latest: str) -> None:
    assert [d.latest.isoformat() for d in written_dates(text, DATE.date())] == [latest]


@pytest.mark.parametrize(
    "text", ["costs $2017", "1,2017 things", "31 February", "2017% more", "12"]
)
def test_other_numbers_are_no_dates(text: str) -> None:
    assert written_dates(text, DATE.date()) == []
