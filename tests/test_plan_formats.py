"""The plan as a web page and as DOCX, with merged cells as the legal database has them, gives the committed tables."""

import html
import io
import re
import zipfile
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from docx import Document
from hypothesis import given, settings, strategies as st

from helpers import UserError, files, plan
from helpers.plan import document as plan_document
from helpers.plan.web import Cell, lay_out

SOURCE = files.PLAN / "source" / "development_plan_2023_2027_kk.txt"
NAMES = SOURCE.with_name("names.csv")
RIVERS = files.ROOT / "tests" / "fixtures" / "rivers_plan" / "source" / "plan_kk.txt"
KINDS = {"macro": "Макроиндикаторлар", "budget": "Бюджеттік бағдарламалармен өзара байланысты нысаналы индикаторлар"}
Block = str | list[list[str]]


# Documents written for the tests: the paragraphs and tables of the committed text, cells merged as in the original
def blocks(path: Path = SOURCE) -> list[Block]:
    """Paragraphs, and tables as rows of cells; lines of equal width that follow each other are one table."""
    found: list[Block] = []
    for line in path.read_text(encoding="utf-8").split("\n"):
        cells = line.split("\t")
        if len(cells) == 1:
            found.append(line)
        elif cells[0] != "№" and found and isinstance(found[-1], list) and len(found[-1][0]) == len(cells):
            found[-1].append(cells)
        else:
            found.append([cells])
    return [block for block in found if block]


def merges(table: list[list[str]]) -> dict[tuple[int, int], tuple[int, int]]:
    """Columns and rows that a cell spans: the table's headings, and headings inside it over the whole width."""
    width, spans = len(table[0]), {}
    if table[0][0] == "№":
        spans = {(0, column): (1, 2) for column in range(7)} | {(0, 7): (width - 7, 1)}
    inside = [n for n, cells in enumerate(table) if n > 1 and cells[0] and not any(cells[1:])]
    return spans | {(n, 0): (width, 1) for n in inside if "индикаторлар" in table[n][0] or "-" in table[n][0]}


def as_html(document: list[Block]) -> str:
    parts = [html_table(block) if isinstance(block, list) else f"<p>{block}</p>" for block in document]
    head = '<head><meta charset="utf-8"><title>Plan</title></head>'
    return f"<!DOCTYPE html><html>{head}<body>{''.join(parts)}</body></html>"


def html_table(table: list[list[str]]) -> str:
    spans, covered, lines = merges(table), set(), []
    for n, cells in enumerate(table):
        line = ""
        for column, text in enumerate(cells):
            if (n, column) in covered:
                continue
            across, down = spans.get((n, column), (1, 1))
            covered |= {(n + i, column + j) for i in range(down) for j in range(across)}
            line += f'<td colspan="{across}" rowspan="{down}">{text}</td>'
        lines.append(f"<tr>{line}</tr>")
    return f"<div><table><tbody>{''.join(lines)}</tbody></table></div>"


def as_docx(document: list[Block]) -> bytes:
    made = Document()
    for block in document:
        if isinstance(block, str):
            made.add_paragraph(re.sub("<[^>]*>", "", block))
            continue
        table = made.add_table(len(block), len(block[0]))
        grid = [list(row.cells) for row in table.rows]
        for n, cells in enumerate(block):
            for column, text in enumerate(cells):
                fill(grid[n][column], text)
        for (n, column), (across, down) in merges(block).items():
            grid[n][column].merge(grid[n + down - 1][column + across - 1])
    return saved(made)


def fill(cell, text: str) -> None:
    pieces = [re.sub("<[^>]*>", "", piece).strip() for piece in text.split("</p>")]
    first, *others = list(filter(None, pieces)) or [""]
    cell.paragraphs[0].text = first
    for piece in others:
        cell.add_paragraph(piece)


def saved(document) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def written(folder: Path, kind: str, document: list[Block] | None = None) -> Path:
    """A file of the document; of the committed plan where none is given."""
    path = folder / f"plan.{kind}"
    path.write_bytes(committed_plan(kind) if document is None else converted(document, kind))
    return path


@cache
def committed_plan(kind: str) -> bytes:
    return converted(blocks(), kind)


def converted(document: list[Block], kind: str) -> bytes:
    return as_html(document).encode() if kind == "html" else as_docx(document)


def refused(path: Path) -> str:
    with pytest.raises(UserError) as caught:
        plan_document.read(path, NAMES)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.fixture(scope="module", params=["html", "docx"])
def tables(request, tmp_path_factory) -> dict[str, pd.DataFrame]:
    """The tables of the committed plan in another format, from a file whose name lies about it."""
    folder = tmp_path_factory.mktemp("plan")
    return plan_document.read(written(folder, request.param).rename(folder / "plan.txt"), NAMES)


@pytest.mark.slow
@pytest.mark.parametrize("name", plan.TABLES)
def test_every_format_told_by_its_content_gives_the_committed_table_byte_for_byte(tables, name, tmp_path):
    plan_document.write(tables, tmp_path)
    assert (tmp_path / f"{name}.csv").read_bytes() == (files.PLAN / f"{name}.csv").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["html", "docx"])
def test_another_ministrys_document_gives_its_tables(kind, tmp_path):
    found = plan_document.read(written(tmp_path, kind, blocks(RIVERS)), RIVERS.with_name("names.csv"))
    targets = pd.read_csv(RIVERS.parents[1] / "targets.csv", dtype=str, keep_default_na=False)
    pd.testing.assert_frame_equal(found["targets"], targets, check_dtype=False)


def one_table() -> list[list[str]]:
    """Section 3 as one undamaged table, made from the committed tables: every cell in its year, no page in between."""
    terms = plan.terms().set_index(["kind", "term"])["name_kk"]
    goals = plan.table("goals").set_index("direction")
    cells = {number: list(rows["as_printed"]) for number, rows in plan.targets().groupby("indicator")}
    years = [f"{year} жыл" for year in range(2023, 2028)]
    heads = [
        "№",
        "Индикатор",
        "Жауапты",
        "Ақпарат көзі",
        "Өлшем бірлігі",
        "Есепті жыл",
        "Ағымдағы жыл",
        "Жоспарлы кезең",
    ]
    table = [[*heads, *[""] * 4], [*[""] * 7, *years], [str(n) for n in range(1, 13)]]
    for _, direction in plan.directions().iterrows():
        number = direction["direction"]
        own = plan.indicators().query("direction == @number")
        table.append(wide(f"{number}-стратегиялық бағыт. {direction['name_kk']}"))
        for kind, rows in own.groupby("kind", sort=False):
            if kind == "budget":
                table.append(wide(f"{goals.loc[number, 'goal']}-мақсат. {goals.loc[number, 'name_kk']}"))
            table.append(wide(KINDS[kind]))
            for _, row in rows.iterrows():
                family, _, part = row["indicator"].partition(".")
                about = [row["name_kk"], *(terms[key, row[key]] for key in ("responsible", "source", "unit"))]
                if part == "1":
                    table.append([family, "Қамтылғандар үлесі, оның ішінде:", *about[1:], *[""] * 7])
                table.append(["" if part else family, *about, *cells[row["indicator"]]])
    return table


def wide(words: str) -> list[str]:
    return [words, *[""] * 11]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["html", "docx"])
def test_an_undamaged_document_in_one_table_gives_every_value_in_its_year(kind, tmp_path):
    document = blocks()
    start, end = (next(n for n, block in enumerate(document) if str(block).startswith(f"## {s}-бөлім")) for s in "34")
    path = written(tmp_path, kind, [*document[: start + 1], one_table(), *document[end:]])
    found = plan_document.read(path, NAMES)
    committed = pd.read_csv(files.PLAN / "targets.csv", dtype=str, keep_default_na=False)
    same = ["indicator", "year", "column", "value", "as_printed"]
    # The cell that section 2.1 printed is no damage of this document's, so nothing is resolved here.
    elsewhere = (committed["indicator"] == "14") & (committed["year"] == "2023")
    read = found["targets"][same]
    pd.testing.assert_frame_equal(read[~elsewhere], committed.loc[~elsewhere, same], check_dtype=False)
    assert set(found["targets"]["reading"]) == {"certain", "blank"}
    plan_document.write(found, tmp_path)
    for name in ("indicators", "directions", "goals", "terms"):
        assert (tmp_path / f"{name}.csv").read_bytes() == (files.PLAN / f"{name}.csv").read_bytes()


def test_what_stands_before_between_and_behind_the_sections_does_no_harm(tmp_path):
    page = as_html(blocks()).replace(
        "<body>", "<body><nav><a href='/'>Заңдар</a></nav><h1>Бұйрық</h1><script>1</script>"
    )
    path = tmp_path / "plan.html"
    path.write_text(page.replace("<table>", "<table><!-- мұнда -->"), encoding="utf-8")
    assert len(plan_document.read(path, NAMES)["indicators"]) == 29


def test_tables_inside_a_table_of_layout_are_read(tmp_path):
    path = tmp_path / "plan.html"
    page = as_html(blocks()).replace("<body>", "<body><table><tr><td>").replace("</body>", "</td></tr></table></body>")
    path.write_text(page, encoding="utf-8")
    assert len(plan_document.read(path, NAMES)["targets"]) == 203


def test_a_unit_merged_down_the_rows_holds_for_each(tmp_path):
    page = as_html(blocks())
    rows = [f"<tr>{row}" for row in page.split("<tr>")]
    at = next(n for n, row in enumerate(rows) if ">5</td>" in row and "25,21" in row)
    unit = '<td colspan="1" rowspan="1">вице-министр</td>'
    assert unit in rows[at]
    assert unit in rows[at + 1]
    rows[at] = rows[at].replace(unit, unit.replace('rowspan="1"', 'rowspan="2"'))
    rows[at + 1] = rows[at + 1].replace(unit, "")
    path = tmp_path / "plan.html"
    path.write_text("".join(rows).removeprefix("<tr>"), encoding="utf-8")
    found = plan_document.read(path, NAMES)["indicators"]
    assert list(found["responsible"]) == list(plan.indicators()["responsible"])


# Damage
def section_3(document: list[Block], number: str) -> tuple[list[list[str]], int]:
    """The table and the place of an indicator's row in it."""
    tables = [block for block in document if isinstance(block, list) and block[0][0] == "№"]
    return next((table, n) for table in tables for n, cells in enumerate(table) if n > 1 and cells[0] == number)


DAMAGES = [
    (lambda cells: [*cells[:1], "", *cells[1:-1]], "is not a number"),
    (lambda cells: ["", *cells[:-1]], "is not a number"),
    (lambda cells: ["9", *cells[1:]], "row «9» stands where row 7 was due"),
    (lambda cells: [*cells[:5], "5.2.1", *cells[6:]], "«5.2.1» is not a number"),
]


@pytest.mark.slow
# Both kinds are read by the same lines once DOCX is turned into a page, so one damage by day is enough there.
@pytest.mark.parametrize(
    ("kind", "damage", "said"),
    [("html", *one) for one in DAMAGES]
    + [pytest.param("docx", *one, marks=[pytest.mark.hard] * (n > 0)) for n, one in enumerate(DAMAGES)],
)
def test_a_shifted_or_wrong_row_is_refused(kind, damage, said, tmp_path):
    document = blocks()
    table, n = section_3(document, "7")
    table[n] = damage(table[n])
    message = refused(written(tmp_path, kind, document))
    assert said in message
    assert re.search(r"table \d+, row \d+: ", message)


def test_a_missing_cell_is_refused_in_a_web_page(tmp_path):
    page = as_html(blocks())
    damaged = page.replace('<td colspan="1" rowspan="1">5,3</td>', "", 1)
    assert damaged != page
    path = tmp_path / "plan.html"
    path.write_text(damaged, encoding="utf-8")
    assert "11 cells don't fit the headings" in refused(path)


@pytest.mark.slow
def test_a_missing_cell_is_refused_in_docx(tmp_path):
    document = Document(written(tmp_path, "docx"))
    row = next(
        row for table in document.tables for row in table.rows if row.cells[0].text == "7" and len(row.cells) > 9
    )
    row._tr.remove(row._tr.tc_lst[6])
    path = tmp_path / "plan.docx"
    path.write_bytes(saved(document))
    assert "11 cells don't fit the headings" in refused(path)


@pytest.mark.parametrize("number", ["5", "7"])
def test_a_row_shifted_by_one_year_is_refused_where_section_2_1_proves_it(number, tmp_path):
    document = blocks()
    table, n = section_3(document, number)
    table[n] = [*table[n][:7], *table[n][8:], ""]
    path = written(tmp_path, "html", document)
    if number == "5":
        assert "section 2.1" in refused(path)
    else:  # section 2.1 says nothing of this row: a blank last year is as the document has it
        assert plan_document.read(path, NAMES)["targets"].query("indicator == '7'")["value"].iloc[-1] == ""


def test_values_merged_wrongly_are_refused(tmp_path):
    path, page = tmp_path / "plan.html", as_html(blocks())
    two = '<td colspan="1" rowspan="1">5,5</td><td colspan="1" rowspan="1">5,5</td>'
    assert two in page
    path.write_text(page.replace(two, '<td colspan="2" rowspan="1">5,5</td>'), encoding="utf-8")
    assert "«5,5» is merged over other cells" in refused(path)


@pytest.mark.slow
def test_values_merged_down_the_rows_are_refused_in_docx(tmp_path):
    document = Document(written(tmp_path, "docx"))
    table = next(
        t for t in document.tables if t.rows[0].cells[0].text.strip() == "№" and t.rows[2].cells[0].text == "5"
    )
    table.rows[3].cells[6].text = ""
    table.rows[2].cells[6].merge(table.rows[3].cells[6])
    path = tmp_path / "plan.docx"
    path.write_bytes(saved(document))
    assert "is merged over other cells" in refused(path)


@pytest.mark.parametrize(
    ("span", "said"),
    [('colspan="0"', "colspan «0»"), ('colspan="many"', "colspan «many»"), ('colspan="900"', "spans 900 columns")],
)
def test_an_impossible_merge_is_refused(span, said, tmp_path):
    path = tmp_path / "plan.html"
    path.write_text(as_html(blocks()).replace('colspan="1"', span, 1), encoding="utf-8")
    assert said in refused(path)


def test_merged_cells_that_overlap_are_refused():
    with pytest.raises(UserError, match=r"here, row 2: «c» lies over a cell merged from above"):
        lay_out([[Cell("a"), Cell("b", 1, 2)], [Cell("c", 2)]], "here")


@pytest.mark.parametrize(
    "raw", [b"PK\x03\x04 and nothing more", b"<html>", b"<html><body>\xff\xfe</body></html>", b"<table"]
)
def test_what_is_no_document_is_refused(raw, tmp_path):
    path = tmp_path / "plan.any"
    path.write_bytes(raw)
    refused(path)


def test_a_file_of_nothing_but_marks_is_refused_unread(tmp_path):
    path = written(tmp_path, "docx")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/more.xml", "<w:p/>" * 400_000)
    assert "more than 400,000 marks of XML" in refused(path)


def test_another_zip_file_is_refused(tmp_path):
    path = tmp_path / "plan.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/other.xml", "<a/>")
    assert "no DOCX file that can be read" in refused(path)


def test_a_file_that_unpacks_to_too_much_is_refused_unread(tmp_path):
    path = written(tmp_path, "docx")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/nought.bin", b"\0" * 21_000_000)
    assert "unpacks to more than 20 MB" in refused(path)


# What holds for all tables
@given(st.lists(st.lists(st.text("ab", max_size=2), min_size=3, max_size=3), min_size=1, max_size=4))
def test_a_table_without_merged_cells_is_laid_out_as_it_is(table):
    laid = lay_out([[Cell(text) for text in cells] for cells in table], "here")
    assert [row.cells for row in laid] == table
    assert not any(row.above or row.beside for row in laid)


@given(across=st.integers(1, 6), down=st.integers(1, 6))
def test_a_merged_cell_stands_once_and_covers_the_rest(across, down):
    rows = [[Cell("x", across, down), Cell("y")], *[[Cell("z")] for _ in range(down - 1)]]
    laid = lay_out(rows, "here")
    assert {len(row.cells) for row in laid} == {across + 1}
    assert sum(row.cells.count("x") for row in laid) == 1
    assert sum(len(row.above.keys() | row.beside.keys()) for row in laid) == across * down - 1


@pytest.mark.slow
@given(
    at=st.integers(0, 60_000),
    length=st.integers(0, 400),
    put=st.sampled_from(["", "</table>", "<td>", "<tr>", "7", "<p"]),
)
def test_any_damage_to_a_page_is_read_or_refused_but_never_crashes(tmp_path, at, length, put):
    page = as_html(blocks())
    at = min(at, len(page))
    path = tmp_path / "plan.html"
    path.write_text(page[:at] + put + page[at + length :], encoding="utf-8")
    try:
        found = plan_document.read(path, NAMES)
    except UserError:
        return
    assert set(found) == set(plan.TABLES)


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> bytes:
    return written(tmp_path_factory.mktemp("whole"), "docx", blocks(RIVERS)).read_bytes()


# A file takes half a second to read.
@pytest.mark.slow
@settings(max_examples=settings().max_examples // 4)
@given(damage=st.lists(st.tuples(st.integers(4, 30_000), st.integers(0, 255)), min_size=1, max_size=8))
def test_a_docx_file_with_wrong_bytes_is_read_or_refused_but_never_crashes(whole, tmp_path, damage):
    raw = bytearray(whole)
    for at, byte in damage:
        raw[at % len(raw)] = byte
    read_or_refused(tmp_path, bytes(raw))


@pytest.mark.slow
@settings(max_examples=settings().max_examples // 4)
@given(
    at=st.integers(0, 2000),
    put=st.sampled_from(["", "<w:tc>", "</w:tr>", "<w:tbl>", 'w:val="continue"', 'w:val="99999"', 'w:val="x"']),
)
def test_a_docx_file_with_wrong_marks_is_read_or_refused_but_never_crashes(whole, tmp_path, at, put):
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            content = old.read(name).decode("utf-8", "surrogateescape")
            if name == "word/document.xml":
                marks = [found.span() for found in re.finditer('<[^>]+>|w:val="[^"]*"', content)]
                start, end = marks[at % len(marks)]
                content = content[:start] + put + content[end:]
            new.writestr(name, content.encode("utf-8", "surrogateescape"))
    read_or_refused(tmp_path, buffer.getvalue())


def read_or_refused(folder: Path, raw: bytes) -> None:
    path = folder / "plan.docx"
    path.write_bytes(raw)
    try:
        found = plan_document.read(path, RIVERS.with_name("names.csv"))
    except UserError:
        return
    assert set(found) == set(plan.TABLES)


def test_a_stream_that_cannot_be_unpacked_is_refused(whole, tmp_path):
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        member = archive.getinfo("word/document.xml")
    at = member.header_offset + 30 + len(member.filename)
    path = tmp_path / "plan.docx"
    path.write_bytes(whole[:at] + b"\xff" * 40 + whole[at + 40 :])
    assert "no DOCX file that can be read" in refused(path)


def test_escaped_signs_are_read_as_themselves(tmp_path):
    path = tmp_path / "plan.html"
    path.write_text(
        as_html(blocks()).replace("«Е-Собес»", html.escape("«Е-Собес»").replace("«", "&laquo;")), encoding="utf-8"
    )
    assert len(plan_document.read(path, NAMES)["indicators"]) == 29
