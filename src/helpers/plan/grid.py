"""Merged cells of a table laid out on its grid, as a reader of the page sees them."""

from collections.abc import Iterable
from dataclasses import dataclass

from helpers import UserError
from helpers.plan.rows import Row

WIDEST = 100  # columns and rows that one cell may span; a plan's table has twelve columns


@dataclass(frozen=True)
class Cell:
    """A cell as the document holds it: its text, and how many columns and rows it spans."""

    text: str
    across: int = 1
    down: int = 1


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
