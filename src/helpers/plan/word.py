"""A plan's DOCX file as rows of cells."""

import io
import zipfile
import zlib
from pathlib import Path

from docx import Document
from docx.opc.exceptions import OpcError
from docx.table import Table, _Cell
from lxml import etree

from helpers import UserError
from helpers.plan.grid import Cell, lay_out
from helpers.plan.rows import Row

LARGEST = 200_000_000  # bytes that a file may unpack to
# What python-docx raises on a file that is no document, or a broken one.
BROKEN = (OpcError, zipfile.BadZipFile, zlib.error, etree.LxmlError, EOFError)
BROKEN += (KeyError, ValueError, AttributeError, NotImplementedError)


def rows(path: Path, raw: bytes) -> list[Row]:
    """Paragraphs and the rows of tables, in the order of the document."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > LARGEST:
            raise UserError(f"{path}: unpacks to more than {LARGEST // 1_000_000} MB; name the plan's document alone")
        return _rows(path, Document(io.BytesIO(raw)))
    except BROKEN as error:
        raise UserError(f"{path}: no DOCX file that can be read; save the document again as DOCX") from error


def _rows(path: Path, document: "object") -> list[Row]:
    found: list[Row] = []
    tables = paragraphs = 0
    for part in document.iter_inner_content():
        if isinstance(part, Table):
            tables += 1
            where = f"{path}, table {tables}"
            found += lay_out(_merged(_lines(part), where), where)
        else:
            paragraphs += 1
            found.append(Row(f"{path}, paragraph {paragraphs}", [_words(part.text)]))
    return found


def _lines(table: Table) -> list[list[tuple[int, Cell, bool]]]:
    """The cells of each row: the column where each begins, and whether it only continues the one above."""
    lines = []
    for row in table.rows:
        at, line = row.grid_cols_before, []
        if at:
            line.append((0, Cell("", at), False))
        for element in row._tr.tc_lst:  # the public `row.cells` repeats merged cells and tells none from the others
            line.append((at, Cell(_text(_Cell(element, table)), element.grid_span), element.vMerge == "continue"))
            at += element.grid_span
        lines.append(line)
    return lines


def _merged(lines: list[list[tuple[int, Cell, bool]]], where: str) -> list[list[Cell]]:
    """Cells with the number of rows that they span: those that continue them below are taken out."""
    below: dict[int, int] = {}  # by column: how many rows continue what is above
    result: list[list[Cell]] = []
    for number, line in reversed(list(enumerate(lines, start=1))):
        above = {at: cell.across for at, cell, _ in (lines[number - 2] if number > 1 else [])}
        kept, next_below = [], {}
        for at, cell, continues in line:
            down = below.get(at, 0)
            if continues:
                if above.get(at) != cell.across:
                    raise UserError(f"{where}, row {number}: a merged cell continues none above; mend the merged cells")
                next_below[at] = down + 1
            else:
                kept.append(Cell(cell.text, cell.across, down + 1))
        below = next_below
        result.append(kept)
    return result[::-1]


def _text(cell: _Cell) -> str:
    """A cell's words; several paragraphs in one are kept apart."""
    texts = list(filter(None, (_words(paragraph.text) for paragraph in cell.paragraphs)))
    return "".join(f"<p>{words}</p>" for words in texts) if len(texts) > 1 else "".join(texts)


def _words(text: str) -> str:
    """A text as one line, without the marks of possible hyphens."""
    return " ".join(text.replace("\N{SOFT HYPHEN}", "").split())
