"""A plan's web page (as the legal database shows it) or DOCX as rows of cells, merged ones as a reader sees them."""

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.parsers.expat import ExpatError

from lxml import etree, html

from helpers import UserError
from helpers.plan.rows import Row, one_line

UNSEEN = {"head", "script", "style", "template"}
BLOCKS = {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "pre", "blockquote", "section", "article"}
BLOCKS |= {"main", "header", "footer", "body", "center", "table", "thead", "tbody", "tfoot", "tr", "td", "th"}
BLOCKS |= {"caption"}
LARGEST = 20_000_000  # bytes that a file may unpack to
MOST_MARKS = 400_000  # of XML: each takes a kilobyte of memory; a plan of a hundred pages has a tenth of them
# What mammoth raises on a file that is no document, or a broken one.
BROKEN = (zipfile.BadZipFile, zlib.error, ExpatError, EOFError, OSError)
BROKEN += (LookupError, ValueError, TypeError, AttributeError, NotImplementedError, RecursionError)
WIDEST = 100  # columns and rows that one cell may span; a plan's table has twelve columns


@dataclass(frozen=True)
class Cell:
    """A cell as the document holds it: its text, and how many columns and rows it spans."""

    text: str
    across: int = 1
    down: int = 1


def rows(path: Path, text: str) -> list[Row]:
    """Paragraphs and the rows of tables, in the order of the page."""
    try:
        page = html.document_fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8"))
    except (etree.LxmlError, ValueError) as error:
        raise UserError(f"{path}: no web page that can be read ({error}); save it again from the browser") from error
    for line_break in page.iter("br"):
        line_break.tail = " " + (line_break.tail or "")
    blocks: list[Row] = []
    tables = paragraphs = 0
    for part in _parts(page):
        if isinstance(part, str):
            paragraphs += 1
            blocks.append(Row(f"{path}, paragraph {paragraphs}", [part]))
        else:
            tables += 1
            where = f"{path}, table {tables}"
            blocks += lay_out((_cells(line, where) for line in part.iter("tr")), where)
    return blocks


def rows_of_word(path: Path, raw: bytes) -> list[Row]:
    """The rows of a DOCX file, which mammoth turns into a web page; raises UserError for a broken one."""
    import mammoth

    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            if sum(member.file_size for member in archive.infolist()) > LARGEST:
                megabytes = LARGEST // 1_000_000
                raise UserError(f"{path}: unpacks to more than {megabytes} MB; save the text without pictures")
            if sum(archive.read(member).count(b"<") for member in archive.infolist()) > MOST_MARKS:
                raise UserError(f"{path}: holds more than {MOST_MARKS:,} marks of XML; name the plan's document alone")
        page = mammoth.convert_to_html(io.BytesIO(raw), convert_image=lambda image: [])
    except BROKEN as error:
        raise UserError(f"{path}: no DOCX file that can be read; save the document again as DOCX") from error
    return rows(path, page.value or "<body></body>")


def _parts(element: html.HtmlElement) -> Iterator["str | html.HtmlElement"]:
    """Texts of paragraphs and whole tables below an element; a table that only holds others is layout."""
    if element.tag == "table" and element.find(".//table") is None:
        yield element
    elif isinstance(element.tag, str) and element.tag not in UNSEEN:
        if not any(child.tag in BLOCKS for child in element.iterdescendants()):
            yield from filter(None, [one_line(element.text_content())])
            return
        yield from filter(None, [one_line(element.text or "")])
        for child in element:
            yield from _parts(child)
            yield from filter(None, [one_line(child.tail or "")])


def _cells(line: html.HtmlElement, where: str) -> list[Cell]:
    """The cells of a table's row; several paragraphs in one are kept apart."""
    cells = []
    for cell in line.iterchildren("td", "th"):
        texts = [part for part in _parts(cell) if isinstance(part, str)]
        text = "".join(f"<p>{words}</p>" for words in texts) if len(texts) > 1 else "".join(texts)
        cells.append(Cell(text, _span(cell, "colspan", where), _span(cell, "rowspan", where)))
    return cells


def _span(cell: html.HtmlElement, name: str, where: str) -> int:
    stated = cell.get(name, "1").strip()
    if not (stated.isascii() and stated.isdigit() and 1 <= int(stated[:6]) <= 1000):
        raise UserError(f"{where}: a cell has {name} «{stated[:20]}»; mend the merged cell")
    return int(stated)


def lay_out(rows: Iterable[list[Cell]], where: str) -> list[Row]:
    """The rows of a table with every column filled; covered columns are empty, and say what covers them."""
    laid: list[Row] = []
    waiting: dict[int, Cell] = {}  # by column: what still covers it, with the rows left
    for number, cells in enumerate(rows, start=1):
        row = Row(f"{where}, row {number}", [])
        left = list(cells)
        while left or len(row.cells) in waiting:
            column = len(row.cells)
            if column in waiting:
                row.cells.append("")
                row.above[column] = waiting[column].text
            else:
                _place(row, left.pop(0), waiting)
        # What still covers columns of the next row.
        waiting = {at: Cell(cell.text, cell.across, cell.down - 1) for at, cell in waiting.items() if cell.down > 1}
        laid.append(row)
    return laid


def _place(row: Row, cell: Cell, waiting: dict[int, Cell]) -> None:
    """Put a cell at the row's end, and note what it covers below."""
    column = len(row.cells)
    if not (1 <= cell.across <= WIDEST and cell.down >= 1):
        raise UserError(f"{row.where}: «{cell.text[:40]}» spans {cell.across} columns; mend the merged cell")
    covered = range(column, column + cell.across)
    if any(other in waiting for other in covered):
        raise UserError(f"{row.where}: «{cell.text[:40]}» lies over a cell merged from above; mend the merged cells")
    row.cells.extend([cell.text, *[""] * (cell.across - 1)])
    row.beside.update(dict.fromkeys(covered[1:], cell.text))
    if cell.down > 1:
        # The row itself counts as the first of those covered.
        waiting.update(dict.fromkeys(covered, cell))
