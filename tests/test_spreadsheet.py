"""The spreadsheet: numbers that can be computed with, text that stays text, heads that stay in sight."""

import io
import json
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given, strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from helpers import tables, targets
from helpers.files import TABLE_MIME
from helpers.language import use_language
from helpers.language.markup import visible
from helpers.render import page as share
from helpers.render.spreadsheet import LONGEST_TEXT, sheet_names, spreadsheet
from helpers.tables.cells import SHARE, Cell, Row, Table, date_cell, figures, range_cell, value_cell

FACTS = {"data_read_on": "2026-11-22", "version": "1.0", "commit": None, "parameters": {"area": "KZ-75"}}


def made(*shown, language="en", title="A title"):
    """The workbook of a notebook that shows these tables, as bytes."""
    cells = [new_code_cell("", outputs=[new_output("execute_result", t._repr_mimebundle_())]) for t in shown]
    notebook = new_notebook(cells=[new_markdown_cell(f"# {title}"), *cells], metadata={"jospar": FACTS})
    return spreadsheet(notebook, share.page_facts(notebook, language, []))


def read(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def values(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]


def table_of(*cells, heads=("Indicator", "2026"), **options):
    return Table("A caption", list(heads), [Row([Cell("row"), *cells])], **options)


def test_a_number_is_a_number_with_its_decimals_and_grouping():
    sheet = read(made(table_of(value_cell(1234.56789, 1))))["1 A caption"]
    cell = sheet["B4"]
    assert (cell.value, cell.data_type, cell.number_format) == (1234.56789, "n", "#,##0.0")


def test_a_range_and_a_chance_stand_in_columns_of_their_own():
    chance = Cell(
        "likely", "83% · target 4.7", "good", figures=figures((0.83, SHARE, "chance"), (4.7, "0.0", "target"))
    )
    sheet = read(made(table_of(range_cell(4.5, 4.1, 4.9, 1), chance, heads=("Indicator", "2026", "2027"))))
    assert values(sheet["1 A caption"]) == [
        ["Indicator", "2026", "2026: lower end", "2026: upper end", "2027", "2027: chance", "2027: target"],
        ["row", 4.5, 4.1, 4.9, "likely", 0.83, 4.7],
    ]


def test_a_chance_is_never_shown_as_certain():
    sheet = read(made(table_of(Cell(">99%", figures=figures((0.999, SHARE))))))["1 A caption"]
    assert sheet["B4"].number_format == '[>0.99]">99%";[<0.01]"<1%";0%'


def test_an_unknown_number_is_left_out_and_not_written_as_text():
    sheet = read(made(table_of(value_cell(float("nan"), 1, "", (2025, "0", "year")))))["1 A caption"]
    assert sheet["B4"].data_type != "n" or sheet["B4"].value is None
    assert sheet["C4"].value == 2025


def test_units_stand_beside_their_indicators():
    table = Table("A caption", ["Indicator", "2026"], [Row([Cell("row", "thousand people"), value_cell(7, 0)])])
    assert values(read(made(table))["1 A caption"]) == [["Indicator", "Unit", "2026"], ["row", "thousand people", 7]]


def test_heads_and_the_first_column_stay_in_sight_and_print_on_a4():
    sheet = read(made(table_of(value_cell(1, 0))))["1 A caption"]
    assert sheet.freeze_panes == "B4"
    assert sheet.print_title_rows == "$3:$3"
    assert (sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == (9, 0)


@pytest.mark.parametrize(
    "words", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://e.example","x")', "\t=1", "=", "-"]
)
def test_text_that_begins_like_a_formula_stays_text(words):
    table = Table(words, [words, words], [Row(group=words), Row([Cell(words, words), Cell(words, words)])])
    content = made(table, title=words)
    found = [cell for sheet in read(content) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    shown = [cell for cell in found if cell.value == words]
    assert len(shown) >= 7
    assert {cell.data_type for cell in found} == {"s"}
    assert all(cell.quotePrefix for cell in shown)
    assert "<f>" not in xml(content)


def xml(content):
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return "".join(file.read(name).decode() for name in file.namelist() if name.endswith(".xml"))


@pytest.mark.slow
@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60))
def test_any_text_from_data_comes_out_as_it_went_in(words):
    sheet = read(made(table_of(Cell(words)))).worksheets[1]
    assert sheet["B4"].data_type in ("s", "n")
    # What XML can't hold comes escaped; an end of line is written as the format has it.
    expected = visible(words).replace("\r\n", "\n").replace("\r", "\n")
    assert openpyxl.utils.escape.unescape(sheet["B4"].value or "").replace("\r\n", "\n").replace("\r", "\n") == expected


def test_names_of_sheets_are_short_unlike_and_free_of_what_the_format_forbids():
    long = "Forecasts: [with] their 80% ranges / and how far off they usually are?*\\"
    names = read(made(*(Table(long, ["a"], [Row([Cell("b")])]) for _ in range(12)))).sheetnames
    assert len(set(names)) == 13
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)


def test_only_a_web_address_becomes_a_link_and_every_address_can_be_read():
    links = [("one", "https://stat.gov.kz/a")], [("bad", "javascript:alert(1)")], [("file", "file:///etc/passwd")]
    links += ([("two", "https://a.example/"), ("three", "https://b.example/")],)
    rows = [Row([Cell("row"), Cell("", links=tuple(found))]) for found in links]
    sheet = read(made(Table("A caption", ["Series", "Publication"], rows)))["1 A caption"]
    assert [row[2] for row in values(sheet)[1:]] == [
        "https://stat.gov.kz/a",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://a.example/\nhttps://b.example/",
    ]
    assert [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.hyperlink] == ["C4"]


def test_a_text_longer_than_the_format_allows_is_cut_and_not_lost():
    sheet = read(made(table_of(Cell("x" * 40000))))["1 A caption"]
    assert len(sheet["B4"].value) == LONGEST_TEXT


def test_the_first_sheet_says_what_the_report_is_and_leads_to_its_tables():
    sheet = read(made(table_of(value_cell(1, 0))))["Contents"]
    assert sheet["A1"].value == "A title"
    assert "Data read by 22 November 2026" in sheet["A2"].value
    assert sheet["A3"].value == "Jospar 1.0. Parameters: area = 'KZ-75'"
    assert sheet["A6"].value == "A caption"
    assert sheet["A6"].hyperlink.location == "'1 A caption'!A1"


def test_a_report_without_tables_says_so():
    assert read(made())["Contents"]["A6"].value == "This report has no table."


@pytest.mark.slow
def test_the_spreadsheet_is_in_the_language_of_the_report_and_the_same_each_time(employment):
    use_language("kk")
    found = employment
    content = made(tables.scorecard(found), tables.forecasts(found), language="kk")
    assert content == made(tables.scorecard(found), tables.forecasts(found), language="kk")
    book = read(content)
    assert book.sheetnames[0] == "Мазмұны"
    heads = values(book.worksheets[2])[0]
    assert heads[:2] == ["Көрсеткіш", "Өлшем бірлігі"]
    assert any(head.endswith(": жоғарғы шегі") for head in heads)


@pytest.mark.slow
def test_the_scorecard_can_be_computed_with(found):
    rows = values(read(made(tables.scorecard(found))).worksheets[1])
    row = next(dict(zip(rows[0], row, strict=True)) for row in rows if str(row[0]).startswith("11. "))
    assert (row["2025"], row["2025: figure"], row["2025: target"]) == ("met", 4.6, 4.7)
    assert 0 < row["2027: chance"] <= 1


def test_a_table_carries_its_tones_and_nothing_empty():
    said = table_of(Cell("met", tone="good"))._repr_mimebundle_()[TABLE_MIME]
    assert said["rows"] == [{"cells": [{"words": "row"}, {"words": "met", "tone": "good"}]}]


def test_a_sheet_is_named_in_whole_words():
    captions = ["Contents", "Average pension as a share of average wages", "Indicators without a verdict, and why"]
    assert sheet_names(captions) == ["Contents", "1 Average pension as a share", "2 Indicators without a verdict"]
    assert sheet_names(["Contents", "x" * 40]) == ["Contents", "1 " + "x" * 29]


@pytest.mark.slow
def test_figures_and_quantiles_behind_the_charts_have_sheets_of_their_own(employment):
    found = employment
    bundle = json.loads(json.dumps(targets.publish(found, "2026-11-22")._repr_mimebundle_(), default=float))
    cell = new_code_cell("", outputs=[new_output("execute_result", bundle)])
    notebook = new_notebook(cells=[new_markdown_cell("# T"), cell], metadata={"jospar": FACTS})
    book = read(spreadsheet(notebook, share.page_facts(notebook, "en", [])))
    history, ahead = (list(sheet.iter_rows(min_row=4, values_only=True)) for sheet in book.worksheets[1:])
    one = found["11"]
    mine = {row[1]: row[2] for row in history if row[0].startswith("11. ")}
    assert mine == {period.year: value for period, value in one.history.items()}
    median = {row[1]: row[5] for row in ahead if row[0].startswith("11. ")}
    assert median[2027] == pytest.approx(one.expected["q50"].iloc[-1], rel=1e-5)
    assert [cell.value for cell in book.worksheets[2][3]][2] == "quantile 0.025"
    charts = book.worksheets[1]._charts
    assert len(charts) == len({row[0] for row in history})
    rows = [n for n, row in enumerate(history, 4) if row[0].startswith("11. ")]
    drawn = [chart for chart in charts if f"$C${rows[0]}:$C${rows[-1]}" in chart.series[0].yVal.numRef.f]
    names = [one.tx.v or one.tx.strRef.f for one in drawn[0].series]
    assert names == ["figure", "median", "lower end", "upper end"]


def test_a_verdict_has_its_colour_and_a_day_is_a_date():
    sheet = read(made(table_of(Cell("missed", tone="bad"), date_cell(date(2026, 3, 8)), heads=("I", "V", "D"))))
    row = sheet["1 A caption"][4]
    assert row[1].font.color.rgb == "FF9C2413"
    assert (row[2].value, row[2].is_date) == (datetime(2026, 3, 8), True)
