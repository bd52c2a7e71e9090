"""Executed notebook → spreadsheet: its tables, a sheet each, where numbers are numbers and text is never a formula."""

from __future__ import annotations

import io
import re
import textwrap
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from helpers.files import TABLE_MIME
from helpers.language import INLINE, in_language, text, visible, web_address
from helpers.render import behind, source

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from xlsxwriter.workbook import Format, Workbook, Worksheet

LONGEST_TEXT, LONGEST_ADDRESS, LONGEST_NAME = 32767, 2079, 31  # letters that the format allows
HEAD = 2  # the row of a table's heads; caption and report stand above
A4 = 9
WIDEST, NARROWEST = 48, 9  # letters
COVER = 76  # letters, which fit A4 in the wider letters of another program too
LINE = 15  # points
WIDER = 1.15  # than a digit, of which widths are counted, a letter in bold may be
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a program might take for the start of one
ASIDE = {"align": "left", "indent": 1}  # from the number before
LOOKS = {
    "title": {"bold": True, **ASIDE, "font_size": 14},
    "soft": {**ASIDE, "font_color": "#52606B"},
    "head": {"bold": True, "text_wrap": True, **ASIDE, "valign": "bottom", "bottom": 2, "bg_color": "#F4F6F8"},
    "group": {"bold": True, **ASIDE, "bg_color": "#F4F6F8"},
    "text": {"text_wrap": True, **ASIDE, "valign": "top"},
    "link": {"valign": "top", **ASIDE, "font_color": "#12436D", "underline": 1},
}
# A verdict in the colour that it has on the page.
LOOKS |= {tone: LOOKS["text"] | {"bold": True, "font_color": said.partition(":")[2]} for tone, said in INLINE.items()}
NUMBERS = {"align": "right", "indent": 0}  # in a column of numbers, with its head and what stands for a missing one


class Looks:
    """The formats of a workbook's cells, each made once: by the name of a look, or by the format of a number."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self.made: dict[tuple, Format] = {}

    def words(self, name: str, words: str = "", numeric: bool = False) -> Format:
        """A look for words, marked as text where a program might make a formula of them."""
        return self.get(LOOKS[name] | (NUMBERS if numeric else {}) | {"quote_prefix": words.startswith(FORMULA)})

    def number(self, shape: str) -> Format:
        """The look of a number."""
        return self.get({"num_format": shape, "valign": "top"} | NUMBERS)

    def get(self, properties: dict) -> Format:
        """The format with these properties."""
        key = tuple(properties.items())
        if key not in self.made:
            self.made[key] = self.book.add_format(properties)
        return self.made[key]


@dataclass(frozen=True)
class Column:
    """A column of a sheet: its head, the table's column that it is from, and which part of its cells it shows."""

    head: str
    number: int
    part: str  # words, small, address, or `figure` with its name
    name: str = ""
    numeric: bool = False


def spreadsheet(notebook: NotebookNode, facts: dict) -> bytes:
    """The notebook's tables as an .xlsx file in the report's language; `facts` as `share.page_facts` gives them."""
    from xlsxwriter import Workbook

    buffer, tables = io.BytesIO(), source.shown(notebook.cells, TABLE_MIME)
    book = Workbook(buffer, {"in_memory": True})
    # The same file for the same report: no name, no hour of the machine that made it.
    created = datetime.fromisoformat(notebook.metadata["jospar"]["data_read_on"])
    book.set_properties({"title": visible(facts["title"]), "created": created})
    looks = Looks(book)
    with in_language(facts["language"]):
        tables += (behind_charts := behind.tables(notebook))
        names = sheet_names([text("Contents"), *(table["caption"] for table in tables)])
        contents(book.add_worksheet(names[0]), looks, facts, [t["caption"] for t in tables], names[1:])
        for table, name in zip(tables, names[1:], strict=True):
            fill(book.add_worksheet(name), looks, facts, table)
        if len(behind_charts) == 2:
            pairs = dict(zip(names[-2:], behind_charts, strict=True))
            behind.draw(book, book.get_worksheet_by_name(names[-2]), pairs, HEAD + 1)
    book.close()
    return buffer.getvalue()


def sheet_names(captions: list[str]) -> list[str]:
    """A name for each sheet: its number and caption, as long and of such letters as the format allows."""
    plain = [" ".join(re.sub(r"[\[\]:*?/\\']", " ", str(visible(caption))).split()) for caption in captions]
    return [_whole_words(f"{n} {words}".strip() if n else words) for n, words in enumerate(plain)]


def _whole_words(words: str) -> str:
    """As many whole words as a sheet's name may have, the last one longer than two letters; of one word, its start."""
    if len(words) <= LONGEST_NAME:
        return words
    shorter = re.sub(r"\W*(?:\s\w{1,2})*\W*$", "", words[: LONGEST_NAME + 1].rpartition(" ")[0])
    return shorter if len(shorter) > LONGEST_NAME / 2 else words[:LONGEST_NAME].strip()


def contents(sheet: Worksheet, looks: Looks, facts: dict, captions: list[str], names: list[str]) -> None:
    """The first sheet: which report this is, of which data, and what is on the other sheets."""
    sheet.set_column(0, 0, COVER)
    put_text(sheet, 0, 0, facts["title"], looks, "title")
    exact = text("A number is shown with as many decimals as in the report; its cell holds the exact one.")
    notes = [*filter(None, [facts.get("banner")]), facts["footer"], facts["colophon"], exact]
    for row, words in enumerate(notes, 1):
        put_text(sheet, row, 0, words, looks)
        sheet.set_row(row, LINE * lines(words, COVER))
    if not captions:
        put_text(sheet, len(notes) + 2, 0, text("This report has no table."), looks)
    for row, (caption, name) in enumerate(zip(captions, names, strict=True), len(notes) + 2):
        shown = str(visible(caption))
        sheet.write_url(row, 0, f"internal:'{name}'!A1", looks.words("link", shown), shown)
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)


def fill(sheet: Worksheet, looks: Looks, facts: dict, table: dict) -> None:
    """One table: caption, report, heads that stay in sight, then its rows; printed on A4 as wide as the page."""
    shown = columns(table)
    wide = [width(column, table) for column in shown]
    put_text(sheet, 0, 0, table["caption"], looks, "title")
    put_text(sheet, 1, 0, f"{facts['title']}. {facts['footer']}", looks, "soft")
    for n, column in enumerate(shown):
        put_text(sheet, HEAD, n, column.head, looks, "head", column.numeric)
        sheet.set_column(n, n, wide[n])
    # Programs differ in whether they find the height of wrapped text by themselves.
    sheet.set_row(HEAD, LINE * max(lines(column.head, w) for column, w in zip(shown, wide, strict=True)))
    for number, row in enumerate(table["rows"], HEAD + 1):
        if "group" in row:
            for n in range(len(shown)):
                sheet.write_blank(number, n, None, looks.words("group"))
            put_text(sheet, number, 0, row["group"], looks, "group")
            continue
        words_by_column = [words_of(row["cells"], column) for column in shown]
        sheet.set_row(number, LINE * max(lines(words, w) for words, w in zip(words_by_column, wide, strict=True)))
        for n, column in enumerate(shown):
            put(sheet, number, n, row["cells"], column, looks)
    sheet.freeze_panes(HEAD + 1, 1)
    sheet.repeat_rows(HEAD)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)


def columns(table: dict) -> list[Column]:
    """The sheet's columns: each of the table's, with its units, notes and further numbers in columns beside it."""
    laid_out, unit, note, address = [], table["under"], text("note"), text("address")
    for n, head in enumerate(table["heads"]):
        cells = [row["cells"][n] for row in table["rows"] if n < len(row.get("cells", []))]
        numeric = any("name" not in figure for cell in cells for figure in cell.get("figures", []))
        laid_out.append(Column(head, n, "words", numeric=numeric))
        if any(map(note_of, cells)):
            laid_out.append(Column(f"{head}: {note}" if n else unit, n, "small"))
        laid_out += [Column(f"{head}: {name}", n, "figure", name, numeric=True) for name in names_of(cells)]
        if any("links" in cell for cell in cells):
            laid_out.append(Column(f"{head}: {address}", n, "address"))
    return laid_out


def names_of(cells: list[dict]) -> list[str]:
    """What the numbers beside the cells' own are, in one order for all: a target after what is held against it."""
    places: dict[str, int] = {}
    for cell in cells:
        for place, name in enumerate(named(cell)):
            places[name] = max(place, places.get(name, 0))
    return sorted(places, key=places.__getitem__)


def note_of(cell: dict) -> str:
    """A cell's small line, without the numbers in it that have columns of their own."""
    return cell.get("note", "") if named(cell) else cell.get("small", "")


def named(cell: dict) -> dict[str, dict]:
    """The numbers beside a cell's own, by what they are."""
    return {figure["name"]: figure for figure in cell.get("figures", []) if "name" in figure}


def put(sheet: Worksheet, row: int, place: int, cells: list[dict], column: Column, looks: Looks) -> None:
    """Write the part of a cell that the column shows: a number, an address or text."""
    figure, words = number_of(cells, column), words_of(cells, column)
    if figure:
        sheet.write_number(row, place, figure["value"], looks.number(figure["format"]))
    elif column.part == "address" and web_address(words) and len(words) <= LONGEST_ADDRESS:
        sheet.write_url(row, place, words, looks.words("link"))
    elif words:
        tone = cells[column.number].get("tone", "") if column.part == "words" else ""
        put_text(sheet, row, place, words, looks, tone or "text", column.numeric)


def number_of(cells: list[dict], column: Column) -> dict | None:
    """The number that the column shows of a row's cells, if it is one."""
    cell = cells[column.number] if column.number < len(cells) else {}
    if column.part == "figure":
        return named(cell).get(column.name)
    if column.part == "words":
        return next((figure for figure in cell.get("figures", []) if "name" not in figure), None)
    return None


def words_of(cells: list[dict], column: Column) -> str:
    """The words that the column shows of a row's cells."""
    cell = cells[column.number] if column.number < len(cells) else {}
    if column.part == "words":
        return cell.get("words") or "\n".join(words for words, _ in cell.get("links", []))
    if column.part == "address":
        return "\n".join(address for _, address in cell.get("links", []))
    return note_of(cell) if column.part == "small" else ""


def put_text(
    sheet: Worksheet, row: int, column: int, words: str, looks: Looks, look: str = "text", numeric: bool = False
) -> None:
    """Write words as words, whatever they begin with."""
    shown = str(visible(words))[:LONGEST_TEXT]
    sheet.write_string(row, column, shown, looks.words(look, shown, numeric))


def width(column: Column, table: dict) -> float:
    """A column's width in letters: wide enough for its longest line and the longest word of its head, and no wider."""
    texts = [words_of(row["cells"], column) for row in table["rows"] if "cells" in row]
    lengths = [len(line) for words in texts for line in words.split("\n")]
    word = WIDER * max(map(len, column.head.split()), default=0)
    return min(max([NARROWEST, word, len(column.head) / 2, *lengths]) + 3, WIDEST)


def lines(words: str, width: float) -> int:
    """How many lines words take in a column of that width."""
    return sum(len(textwrap.wrap(line, int((width - 2) / WIDER))) or 1 for line in words.split("\n"))
