"""A plan's web page (as the legal database shows it) as rows of cells."""

from collections.abc import Iterator
from pathlib import Path

from lxml import etree, html

from helpers import UserError
from helpers.plan.grid import Cell, lay_out
from helpers.plan.rows import Row, one_line

UNSEEN = {"head", "script", "style", "template"}
BLOCKS = {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "pre", "blockquote", "section", "article"}
BLOCKS |= {"main", "header", "footer", "body", "center", "table", "thead", "tbody", "tfoot", "tr", "td", "th"}
BLOCKS |= {"caption"}


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
