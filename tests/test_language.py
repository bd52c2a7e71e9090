"""Wording, numbers and dates in three languages."""

import ast
import re
from datetime import date

import pandas as pd
import pytest
from babel.messages.pofile import read_po

from helpers import UserError, files, language, plan
from helpers.language import LOCALE, code_table, in_language, use_language

FIELDS = re.compile(r"{(\w+)}")


def messages(code):
    with open(LOCALE / code / "LC_MESSAGES" / "jospar.po", "rb") as file:
        return {m.id: m for m in read_po(file, locale=code) if m.id}


def template():
    with open(LOCALE / "jospar.pot", "rb") as file:
        return {m.id for m in read_po(file) if m.id}


def test_numbers_have_a_point_in_english_and_a_comma_in_kazakh_and_russian():
    assert language.number(1234.5, 1) == "1,234.5"
    for code in ("kk", "ru"):
        with in_language(code):
            assert language.number(4.7, 1) == "4,7"
            assert language.number(1234.5, 1) == "1\N{NO-BREAK SPACE}234,5"


def test_a_value_that_rounds_to_zero_has_no_minus_sign():
    assert language.number(-0.01, 1) == "0.0"
    assert language.number(-0.1, 1) == "\N{MINUS SIGN}0.1"


def test_a_chance_is_never_shown_as_certain():
    assert language.percent(0.999) == ">99%"
    assert language.percent(0.0001) == "<1%"
    assert language.percent(0.72) == "72%"


def test_a_half_is_rounded_as_a_spreadsheet_does_it():
    assert [language.percent(share) for share in (0.045, 0.525, 0.535)] == ["5%", "53%", "54%"]
    assert [language.number(value, 0) for value in (0.5, 2.5, -2.5)] == ["1", "3", "\N{MINUS SIGN}3"]
    assert language.number((5.5 - 5.4) / 4, 2) == "0.03"  # 0.0249999… by floating point


def test_a_sentence_says_in_words_that_a_chance_is_near_to_certain():
    assert language.chance(0.0001) == "less than 1%"
    assert language.chance(0.999) == "more than 99%"
    assert language.chance(0.01) == "1%"
    with in_language("ru"):
        assert language.chance(0.0001) == "менее 1\N{NO-BREAK SPACE}%"
    with in_language("kk"):
        assert language.chance(0.999) == "99\N{NO-BREAK SPACE}%-дан жоғары"


def test_a_name_has_its_per_cent_sign_as_the_figures_beside_it_have():
    row = {"name_en": "bottom 40%", "name_kk": "халықтың 40%-ы", "name_ru": "доля 40% населения"}
    assert language.name(row) == "bottom 40%"
    with in_language("ru"):
        assert language.name(row) == "доля 40\N{NO-BREAK SPACE}% населения"
    with in_language("kk"):
        assert language.name(row) == "халықтың 40\N{NO-BREAK SPACE}%-ы"


def test_dates_are_written_out_in_the_language():
    assert language.day(date(2026, 11, 22)) == "22 November 2026"
    with in_language("ru"):
        assert language.day(date(2026, 11, 22)) == "22 ноября 2026 года"
    with in_language("kk"):
        assert language.day(date(2026, 11, 22)) == "2026 жылғы 22 қараша"


def test_an_unknown_language_is_refused_by_name():
    with pytest.raises(UserError, match="'de' is none of en, kk, ru"):
        use_language("de")


def test_a_language_for_a_while_ends_with_its_block():
    with in_language("ru"):
        assert language.current() == "ru"
    assert language.current() == "en"


def test_markdown_keeps_its_marks_and_its_blank_lines():
    source = "# Poverty\n\n- not a message\n\nstill English"
    assert language.translate_markdown(source, "ru").startswith("# ")
    assert language.translate_markdown(source, "ru").endswith("\n\n- not a message\n\nstill English")


@pytest.mark.parametrize("code", ["kk", "ru"])
def test_every_message_is_translated(code):
    known = messages(code)
    missing = [ident for ident in template() if ident not in known or not all(as_list(known[ident].string))]
    assert not missing


@pytest.mark.parametrize("code", ["kk", "ru"])
def test_translations_keep_the_placeholders_of_the_message(code):
    for ident, found in messages(code).items():
        wanted = {frozenset(FIELDS.findall(form)) for form in as_list(ident)}
        for string in as_list(found.string):
            assert frozenset(FIELDS.findall(string)) in wanted, (ident, string)


@pytest.mark.parametrize("code", ["kk", "ru"])
def test_translations_keep_the_bold_marks_of_the_message(code):
    for ident, found in messages(code).items():
        for string in as_list(found.string):
            assert string.count("**") == as_list(ident)[0].count("**"), ident


def test_the_catalogue_holds_every_message_of_notebooks_and_tables():
    from helpers.language.extract import extract_notebook, extract_table

    found = set()
    for notebook in sorted(files.NOTEBOOKS.glob("*.ipynb")):
        with open(notebook, "rb") as file:
            found |= {row[2] for row in extract_notebook(file, {"text": None, "message": None}, [], {})}
    with open(files.STATISTICS / "not_measured.csv", "rb") as file:
        found |= {row[2] for row in extract_table(file, {}, [], {"columns": "reason"})}
    singles = {ident if isinstance(ident, str) else ident[0] for ident in template()}
    assert not {words for words in found if isinstance(words, str)} - singles


def as_list(value):
    return [value] if isinstance(value, str) else list(value)


def test_names_of_code_in_a_table_are_marked_as_code_and_words_stand_to_the_left():
    table = pd.DataFrame({"method": ["ets"], "year": [2021], "": ["Words"]}, index=pd.Index(["11"], name="indicator"))
    html = code_table(table, index=True)
    assert [word in html for word in ("<code>indicator</code>", "<code>year</code>", "<code>ets</code>")] == [True] * 3
    assert '<div style="text-align:left">Words</div>' in html


def test_no_message_is_lost_to_translators_inside_an_f_string():
    said = set()
    for path in files.PACKAGE.rglob("*.py"):
        parts = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        strings = (part for part in parts if isinstance(part, ast.JoinedStr))
        for call in (part for string in strings for part in ast.walk(string) if isinstance(part, ast.Call)):
            if getattr(call.func, "id", "") in ("text", "plural") and isinstance(call.args[0], ast.Constant):
                said.add(call.args[0].value)
    assert said - {words for one in template() for words in ([one] if isinstance(one, str) else one)} == set()


@pytest.mark.parametrize(
    ("names", "tongue"),
    [
        (list(plan.indicators()["name_kk"]), "kk"),
        (list(plan.indicators()["name_ru"]), "ru"),
        (list(plan.indicators()["name_en"]), "en"),
        (["Доля чистых озёр", "ЖҰМЫССЫЗДЫҚ ДЕҢГЕЙІ", "Обучено лодочников"], "ru"),
    ],
)
def test_the_language_of_a_plan_is_that_of_most_of_its_names(names, tongue):
    assert language.spoken(names) == tongue
