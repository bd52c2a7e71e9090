"""Rows of a plan's table that lost a cell when the document was digitised: which cell it was, and what proves it."""

from typing import NamedTuple


class LostCell(NamedTuple):
    """Which cell of a row was lost, how surely, the evidence in words, and its value where section 2.1 prints it."""

    index: int
    reading: str
    evidence: str
    value: str = ""


def lost_cell(cells: list[str], years: list[str], known: dict[str, str]) -> int | None:
    """Index of the one cell whose loss makes the row agree with known targets in two years or more, or None."""
    fits = []
    for lost in range(len(years)):
        moved = dict(zip(years, [*cells[:lost], "", *cells[lost:-1]], strict=True))
        pairs = [(moved[year], value) for year, value in known.items() if year in moved and year != years[lost]]
        if len(pairs) >= 2 and all(ours and float(ours) == float(theirs) for ours, theirs in pairs):
            fits.append(lost)
    return fits[0] if len(fits) == 1 else None


def explain_lost_cells(
    rows: dict[str, tuple[int, list[str]]], years: list[str], known: dict[str, dict[str, str]]
) -> dict[str, LostCell]:
    """For each damaged row (its page and cells) the cell that it lost.

    `known` holds section 2.1's targets by indicator and year: a row that they prove is `resolved`. Another, `inferred`,
    follows a proven one: of the same page, else of any page damaged alike. With none, the cells stay as printed and the
    last one counts as lost. A lost value is section 2.1's where that prints it, and else stays empty.
    """
    lost_by_row = {row: lost_cell(cells, years, known.get(row, {})) for row, (_, cells) in rows.items()}
    proven = {row: lost for row, lost in lost_by_row.items() if lost is not None}
    result = {}
    for row, (page, cells) in rows.items():
        near = [other for other in proven if rows[other][0] == page]
        witness = next(iter([*near, *proven]), "")
        lost = proven.get(row, proven.get(witness, len(years) - 1))
        if row in proven:
            listed = ", ".join(f"{value} for {year}" for year, value in known[row].items())
            words = f"section 2.1 prints {listed}, and the row agrees with it only if its {years[lost]} cell was lost."
        elif witness:
            where = "the same page" if near else "another page damaged alike"
            words = f"row {witness} on {where} is proven to have lost its {years[lost]} cell; no proof for this row."
        else:
            words = "which one is not known, so the cells are left where they are printed."
        if row not in proven and not cells[0]:
            words += f" With {years[0]} blank, all values may also stand a year later than printed."
        grid = f"More cells than headings, and {years[-1]} is empty in the whole page: one cell of the row was lost;"
        value = known[row].get(years[lost], "") if row in proven else ""
        result[row] = LostCell(lost, "resolved" if row in proven else "inferred", f"{grid} {words}", value)
    return result


def place_cells(
    cells: list[str], values: list[str], columns: dict[str, str], lost: LostCell | None, note: str
) -> list[dict[str, str]]:
    """A row of `targets.csv` for each year; `columns` says of each whether it is reported, current or planned.

    Behind a lost cell each cell stands under the year before its own.
    `note`, what we know besides, joins the evidence of damaged cells and explains planned years left blank.
    """
    years = list(columns)
    gap, reading, evidence, known = lost or LostCell(len(years), "certain", "")
    result = []
    for i, year in enumerate(years):
        at = len(cells) if i == gap else i - (i > gap)
        text, value, printed_year = [*cells, ""][at], [*values, known][at], [*years, ""][at]
        blank = not text and i != gap
        noted = f"{evidence} {note}".strip() if (lost and not blank) or (blank and columns[year] == "planned") else ""
        record = {"year": year, "column": columns[year], "value": value, "as_printed": text}
        record |= {"printed_year": printed_year, "reading": "blank" if blank else reading, "evidence": noted}
        result.append(record)
    return result
