"""The lexicons are alike in form, and read headlines of their language as people do."""

from __future__ import annotations

import tomllib
from importlib import resources

import pytest

from monitors.facts import facts_of
from monitors.facts.lexicon import languages, lexicon
from monitors.facts.numbers import numbers_in
from monitors.model import Stage

LANGUAGES = sorted(languages())
TABLES = ("stage", "direction", "tone", "scale")

# Language, headline, stage, and direction: 1 eases, -1 imposes, 0 neither, None either way.
HEADLINES: list[tuple[str, str, Stage, int | None]] = [
    ("en", "Government lifts ban on night flights", Stage.IN_FORCE, 1),
    ("en", "Ministry may lift restrictions next spring", Stage.SPECULATED, None),
    ("en", "Talks to resume in Vienna next week", Stage.PLANNED, 1),
    ("en", "Two countries sign trade deal", Stage.AGREED, None),
    ("en", "President signs decree extending emergency rule", Stage.SIGNED, -1),
    ("en", "Airport reopens after two-year closure", Stage.IN_FORCE, None),
    ("en", "Central bank denies plan to change rate", Stage.DENIED, None),
    ("en", "Regulator suspends licence of lender", Stage.REVERSED, -1),
    ("en", "Government lifts restrictions", Stage.IN_FORCE, 1),
    ("en", "Relief workers and Easter shuttle flights", Stage.NONE, 0),
    ("ru", "Власти сняли ограничения на полёты", Stage.IN_FORCE, 1),
    ("ru", "Запрет на въезд снят", Stage.IN_FORCE, None),
    ("ru", "Правительство отменило пошлины на зерно", Stage.REVERSED, None),
    ("ru", "Страна ввела новые санкции против банков", Stage.IN_FORCE, -1),
    ("ru", "Переговоры состоялись в Стамбуле", Stage.HELD, None),
    ("ru", "Второй раунд переговоров пройдёт в марте", Stage.PLANNED, None),
    ("ru", "Встречу перенесли на неделю", Stage.REVERSED, None),
    ("ru", "В ведомстве опровергли сообщения о закрытии границы", Stage.DENIED, None),
    ("ru", "Министр отказался подписывать соглашение", Stage.DENIED, None),
    ("ru", "Стороны договорились об обмене", Stage.AGREED, 1),
    ("ru", "Президенты подписали договор о границе", Stage.SIGNED, None),
    ("ru", "Закон вступит в силу 1 июля", Stage.PLANNED, None),
    ("ru", "Аэропорт может открыться до конца года", Stage.SPECULATED, None),
    ("ru", "Источник: посольство возобновит работу весной", Stage.RUMOURED, 1),
    ("ru", "Суд оштрафовал компанию на 3 млн рублей", Stage.SIGNED, -1),
    ("ru", "Еврокомиссия сняла запрет на импорт", Stage.IN_FORCE, 1),
    ("uk", "Уряд скасував обмеження на ввезення", Stage.REVERSED, 1),
    ("uk", "Рада ЄС продовжила санкції на пів року", Stage.IN_FORCE, -1),
    ("uk", "Перемовини відбулися у Відні", Stage.HELD, None),
    ("uk", "Зустріч відбудеться наступного тижня", Stage.PLANNED, None),
    ("uk", "У міністерстві спростували чутки", Stage.RUMOURED, None),
    ("uk", "Уряд зняв заборону на ввезення", Stage.IN_FORCE, 1),
    ("de", "Regierung hebt Einreiseverbot auf", Stage.IN_FORCE, 1),
    ("de", "Minister treffen sich in Wien", Stage.HELD, None),
    ("de", "Gipfel könnte verschoben werden", Stage.SPECULATED, None),
    ("de", "Treffen wird auf Mai verschoben", Stage.REVERSED, None),
    ("de", "Ministerium dementiert Bericht über Abschaltung", Stage.DENIED, None),
    ("de", "Ministerium hebt Verbot auf", Stage.IN_FORCE, 1),
    ("fr", "Le gouvernement lève l'interdiction de vol", Stage.IN_FORCE, None),
    ("fr", "Le sommet est reporté à juin", Stage.REVERSED, None),
    ("fr", "Les ministres se réunissent à Genève", Stage.HELD, None),
    ("fr", "La banque centrale pourrait relever ses taux", Stage.SPECULATED, None),
    ("fr", "Les deux pays signent un traité", Stage.SIGNED, None),
    ("fr", "Paris lève l'interdiction", Stage.IN_FORCE, 1),
    ("es", "El Gobierno levanta las restricciones", Stage.IN_FORCE, 1),
    ("es", "Aplazan la cumbre hasta mayo", Stage.REVERSED, None),
    ("es", "El ministro niega un pacto secreto", Stage.DENIED, None),
    ("es", "Los presidentes firman un tratado", Stage.SIGNED, None),
    ("es", "El banco central podría bajar los tipos", Stage.SPECULATED, None),
    ("es", "Levantan la prohibición de volar", Stage.IN_FORCE, 1),
    ("it", "Il governo revoca il divieto di volo", Stage.REVERSED, None),
    ("it", "L'aeroporto riapre dopo i lavori", Stage.IN_FORCE, 1),
    ("it", "Il ministro smentisce l'accordo", Stage.DENIED, None),
    ("it", "I due paesi firmano il trattato", Stage.SIGNED, None),
    ("it", "La banca centrale potrebbe tagliare i tassi", Stage.SPECULATED, None),
    ("it", "Il governo toglie il divieto", Stage.IN_FORCE, 1),
    ("pt", "Governo levanta restrições aos voos", Stage.IN_FORCE, 1),
    ("pt", "Cimeira adiada para maio", Stage.REVERSED, None),
    ("pt", "Ministro desmente acordo", Stage.DENIED, None),
    ("pt", "Presidentes assinam tratado", Stage.SIGNED, None),
    ("pt", "Banco central pode cortar juros", Stage.SPECULATED, None),
    ("pt", "Governo levanta proibição de voos", Stage.IN_FORCE, 1),
    ("pl", "Rząd zniósł ograniczenia w ruchu", Stage.IN_FORCE, 1),
    ("pl", "Szczyt przełożono na maj", Stage.REVERSED, None),
    ("pl", "Minister zaprzecza doniesieniom", Stage.DENIED, None),
    ("pl", "Prezydent podpisał ustawę", Stage.SIGNED, None),
    ("pl", "Bank centralny może obniżyć stopy", Stage.SPECULATED, None),
    ("pl", "Rząd zniósł zakaz lotów", Stage.IN_FORCE, 1),
    ("nl", "Kabinet heft reisverbod op", Stage.IN_FORCE, 1),
    ("nl", "Top uitgesteld tot mei", Stage.REVERSED, None),
    ("nl", "Minister ontkent afspraken", Stage.DENIED, None),
    ("nl", "Landen ondertekenen verdrag", Stage.SIGNED, None),
    ("nl", "Centrale bank kan rente verlagen", Stage.SPECULATED, None),
    ("nl", "Kabinet heft verbod op", Stage.IN_FORCE, 1),
    ("id", "Uni Eropa perpanjang sanksi enam bulan", Stage.IN_FORCE, -1),
    ("id", "Pertemuan ditunda hingga Mei", Stage.REVERSED, None),
    ("id", "Menteri bantah kabar penutupan", Stage.DENIED, None),
    ("id", "Kedua negara tanda tangani perjanjian", Stage.SIGNED, None),
    ("id", "Bank sentral mungkin turunkan bunga", Stage.SPECULATED, 1),
    ("is", "Stjórnvöld aflétta takmörkunum", Stage.IN_FORCE, None),
    ("is", "Fundinum frestað til maí", Stage.REVERSED, None),
    ("is", "Ráðherra neitar ásökunum", Stage.DENIED, None),
    ("is", "Ríkin undirrituðu samning", Stage.SIGNED, None),
    ("is", "Seðlabankinn gæti lækkað vexti", Stage.SPECULATED, 1),
    ("tr", "Hükümet uçuş yasağını kaldırdı", Stage.IN_FORCE, 1),
    ("tr", "Zirve mayısa ertelendi", Stage.REVERSED, None),
    ("tr", "Bakanlık iddiaları yalanladı", Stage.RUMOURED, None),
    ("tr", "Bakanlık haberi yalanladı", Stage.DENIED, None),
    ("tr", "İki ülke sınır anlaşmasını imzaladı", Stage.SIGNED, None),
]


def groups_of(language: str) -> dict[str, dict[str, list[str]]]:
    """The file of a language as written: table, group, words."""
    file = resources.files("monitors.facts").joinpath("lexicon", f"{language}.toml")
    return tomllib.loads(file.read_text("utf-8"))


def test_every_language_of_the_watch_has_a_lexicon() -> None:
    expected = {"en", "ru", "uk", "de", "fr", "es", "it", "pt", "pl", "nl", "id", "is", "tr"}
    assert expected <= languages()


@pytest.mark.parametrize("language", LANGUAGES)
def test_lexicon_has_the_groups_of_the_english_one(language: str) -> None:
    english, own = groups_of("en"), groups_of(language)
    assert list(own) == list(TABLES)
    for table in TABLES:
        assert list(own[table]) == list(english[table]), table


@pytest.mark.parametrize("language", LANGUAGES)
def test_groups_are_filled_lower_case_and_without_duplicates(language: str) -> None:
    for table, groups in groups_of(language).items():
        for name, words in groups.items():
            where = f"{language} [{table}] {name}"
            assert words, where
            assert len(words) == len(set(words)), where
            assert [w for w in words if w != w.lower() or w != w.strip() or not w] == [], where


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_found_by_its_group(language: str) -> None:
    compiled, written = lexicon(language), groups_of(language)
    for table in ("stage", "direction", "tone"):
        for name, words in written[table].items():
            pattern = getattr(compiled, table)[name]
            missed = [w for w in words if not pattern.search(f"x {w.replace('*', 'a')} x")]
            assert missed == [], f"{language} [{table}] {name}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_scale_word_has_one_factor(language: str) -> None:
    scale = groups_of(language)["scale"]
    words = [word for group in scale.values() for word in group]
    assert len(words) == len(set(words))
    assert {lexicon(language).scale[word] for word in words} == {1e3, 1e6, 1e9, 1e12}


@pytest.mark.parametrize(("language", "headline", "stage", "direction"), HEADLINES)
def test_headline_tells_stage_and_direction(
    language: str, headline: str, stage: Stage, direction: int | None
) -> None:
    facts = facts_of(headline, "", language, None)
    assert facts.stage is stage, sorted(facts.cues)
    if direction is not None:
        assert facts.direction == direction, sorted(facts.cues)


@pytest.mark.parametrize(
    ("language", "text", "key"),
    [
        ("en", "a fund of 3.5 million", "3.5e+06"),
        ("ru", "фонд в 3,5 млн рублей", "3.5e+06"),
        ("uk", "фонд у 3,5 мільйона гривень", "3.5e+06"),
        ("de", "ein Fonds von 3,5 Mio. Euro", "3.5e+06"),
        ("fr", "un fonds de 3,5 millions", "3.5e+06"),
        ("es", "un fondo de 3,5 millones", "3.5e+06"),
        ("it", "un fondo da 3,5 milioni", "3.5e+06"),
        ("pt", "um fundo de 3,5 milhões", "3.5e+06"),
        ("pl", "fundusz 3,5 mln zł", "3.5e+06"),
        ("nl", "een fonds van 3,5 miljoen", "3.5e+06"),
        ("id", "dana 3,5 juta dolar", "3.5e+06"),
        ("is", "sjóður upp á 3,5 milljónir", "3.5e+06"),
        ("tr", "3,5 milyon liralık fon", "3.5e+06"),
    ],
)
def test_scale_words_make_figures_alike(language: str, text: str, key: str) -> None:
    assert key in numbers_in(text, language)


def test_a_language_without_lexicon_has_no_cues() -> None:
    facts = facts_of("Government lifts ban", "", "xx", None)
    assert (facts.stage, facts.cues, facts.direction) == (Stage.NONE, frozenset(), 0)
