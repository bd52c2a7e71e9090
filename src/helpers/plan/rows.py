"""A plan's document as rows of cells, whichever format it has: digitised text, a web page, or DOCX."""

import logging
import re
from dataclasses import dataclass, field
from pathlib import Path

from helpers import UserError

NUMBER = re.compile(
    r"(?:(?:до|от|не (?:менее|ниже|более|выше)|кемінде) |[≥≤] ?)?(-?(?:\d{1,3}(?: \d{3})+|\d+)(?:[.,]\d+)?)"
    r"(?: ?(?:%|мың|тыс\.?|\*+)| ?\([^()]*\))?",
    re.IGNORECASE,
)
WEB = re.compile(rb"<(!doctype html|html|table)\b", re.IGNORECASE)
ZIP = b"PK\x03\x04"
OTHERS = {b"%PDF": "a PDF", b"\xd0\xcf\x11\xe0": "an old Word document (.doc)"}  # by their first bytes
LARGEST = 50_000_000  # bytes; a plan has a few hundred thousand


@dataclass(frozen=True)
class Row:
    """Cells of one line; a paragraph is a row of one cell. A merged cell's text stands in its first column alone."""

    where: str
    cells: list[str]
    above: dict[int, str] = field(default_factory=dict)  # columns that a cell of an earlier row covers, and its text
    beside: dict[int, str] = field(default_factory=dict)  # columns that a cell to the left covers, and its text

    def refuse(self, fault: str) -> None:
        """Raises UserError in a digitised text, which may be damaged; elsewhere says what is left aside."""
        if re.search(r", line \d+$", self.where):
            raise UserError(f"{self.where}: {fault}")
        logging.getLogger("jospar").warning("%s: left aside: %s", self.where, fault)


def read(path: Path) -> list[Row]:
    """The rows of a document, empty ones left out. Its content tells the format, not its name."""
    raw = content(path)
    if raw.startswith(ZIP) or WEB.search(raw):
        from helpers.plan import web

        rows = web.rows_of_word(path, raw) if raw.startswith(ZIP) else web.rows(path, decoded(path, raw))
    else:
        lines = enumerate(decoded(path, raw).split("\n"), start=1)
        rows = [Row(f"{path}, line {n}", line.strip("\r").split("\t")) for n, line in lines]
    return [row for row in rows if any(cell.strip() for cell in row.cells)]


def content(path: Path) -> bytes:
    """The bytes of a file; stops with one line when it can't be read or no plan could be so large."""
    try:
        if path.stat().st_size > LARGEST:
            raise UserError(f"{path}: larger than {LARGEST // 1_000_000} MB; name the plan's document alone")
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}; name a file that can be read") from error


def decoded(path: Path, raw: bytes) -> str:
    """The text of UTF-8 bytes; stops with one line that names the place where they aren't, or the kind of file."""
    for start, kind in OTHERS.items():
        if raw.startswith(start):
            raise UserError(f"{path}: is {kind}; save the plan as DOCX, HTML or text in UTF-8")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise UserError(f"{path}, line {line}: not UTF-8 text; save the plan in UTF-8") from error


def one_line(text: str) -> str:
    """A text as one line, without the marks of possible hyphens."""
    return " ".join(text.replace("\N{SOFT HYPHEN}", "").split())


def plain(text: str) -> str:
    """A cell's words without marks of layout."""
    return one_line(re.sub(r"<[^>]*>", " ", text)).strip("*# ")


def number(text: str, where: str) -> str:
    """A printed number as a plain decimal; a note in brackets, % and "thousand" may follow it."""
    match = NUMBER.fullmatch(text.replace("\N{MINUS SIGN}", "-"))
    if not match:
        raise UserError(f"{where}: «{text[:60]}» is not a number; compare the cell with the printed plan")
    return match[1].replace(" ", "").replace(",", ".")
