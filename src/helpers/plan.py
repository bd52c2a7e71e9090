"""A development plan as data frames: a plan is a folder of the tables named in TABLES, whichever ministry made it.

Some rows of `targets.csv` lost a cell when the document was digitised, so that the cells behind it were printed one
year too early. `targets(reading=...)` gives the reading to use; a lost value is empty in all of them.
"""

import os
import tempfile
from pathlib import Path

import pandas as pd

from helpers import UserError, paths

NAMES = ["name_kk", "name_ru", "name_en"]
TABLES = {
    "directions": ["direction", *NAMES],
    "goals": ["goal", "direction", *NAMES],
    "indicators": [
        "indicator",
        "direction",
        "goal",
        "kind",
        *NAMES,
        "unit",
        "better",
        "floor",
        "responsible",
        "source",
    ],
    "targets": ["indicator", "year", "column", "value", "as_printed", "printed_year", "reading", "evidence"],
    "national_targets": ["document", "direction", "indicator", *NAMES, "unit", "better", "year", "value"],
    "programmes": ["code", *NAMES, "direction"],
    "resources": ["resource", "unit", "period", "year", "column", "value"],
    "terms": ["kind", "term", *NAMES],
}
INTEGERS = {"direction", "year", "printed_year"}
DECIMALS = {"value", "floor"}
TERMS = ("plan", "document", "unit", "responsible", "source", "resource")
READINGS = ("resolved", "as_printed", "alternative")


def directions(folder: str | Path = paths.PLAN) -> pd.DataFrame:
    """Strategic directions, one a row: direction, name_kk, name_ru, name_en."""
    return _table("directions", folder)


def goals(folder: str | Path = paths.PLAN) -> pd.DataFrame:
    """Goals, one a row: goal, direction, name_kk, name_ru, name_en."""
    return _table("goals", folder)


def indicators(folder: str | Path = paths.PLAN) -> pd.DataFrame:
    """Indicators, one a row. `floor` is a lower limit that the indicator's own name sets, in its unit."""
    return _table("indicators", folder)


def national_targets(folder: str | Path = paths.PLAN) -> pd.DataFrame:
    """Targets that section 2.1 takes from national documents, one a row and year, in the row's unit."""
    return _table("national_targets", folder)


def terms(kind: str = "", folder: str | Path = paths.PLAN) -> pd.DataFrame:
    """Names of what the tables hold as a short key (`kind`: one of TERMS)."""
    table = _table("terms", folder)
    return table[table["kind"] == kind].reset_index(drop=True) if kind else table


def title(folder: str | Path = paths.PLAN) -> pd.Series:
    """The plan's own title in three languages (name_kk, name_ru, name_en); the folder's name where it states none."""
    stated = terms("plan", folder)
    folder_name = paths.plan_folder(folder).name
    return stated.iloc[0] if len(stated) else pd.Series(dict.fromkeys(NAMES, folder_name))


def programmes(folder: str | Path = paths.PLAN) -> pd.DataFrame:
    """Budget programmes, one a row; no direction for those that serve the ministry's other tasks."""
    return _table("programmes", folder)


def resources(folder: str | Path = paths.PLAN) -> pd.DataFrame:
    """Money and staff by period, in the row's unit."""
    return _table("resources", folder)


def targets(reading: str = "resolved", folder: str | Path = paths.PLAN) -> pd.DataFrame:
    """Values of every indicator and year, in the indicator's unit; lost and blank cells have no value.

    `resolved`: damaged rows put right, the lost cell where the evidence puts it.
    `as_printed`: each cell under the heading where it stands in the digitised text.
    `alternative`: as resolved, but an inferred row without a reported value has all its cells one year later than
    printed, since the cell it lost may be one of its blank first ones. Which rows these are follows from the table.
    """
    if reading not in READINGS:
        raise UserError(f"reading: «{reading}» is unknown; use one of {', '.join(READINGS)}")
    table = _table("targets", folder)
    result = table
    if reading == "as_printed":
        result = _rearrange(table, table["printed_year"])
    elif reading == "alternative":
        open_rows = table["indicator"].isin(_open_rows(table))
        moved = _rearrange(table[open_rows], table.loc[open_rows, "printed_year"] + 1)
        result = pd.concat([table[~open_rows], moved]).sort_index()
    return result.drop(columns="printed_year")


def conflicts(folder: str | Path = paths.PLAN) -> pd.DataFrame:
    """Where the plan contradicts itself: section 2.1's target (`national`) and section 3's (`plan`), same unit."""
    national = national_targets(folder).rename(columns={"value": "national"})
    national = national.loc[national["indicator"] != "", ["indicator", "year", "document", "unit", "national"]]
    ours = targets(folder=folder).rename(columns={"value": "plan"})[["indicator", "year", "plan"]]
    both = national.merge(ours, on=["indicator", "year"]).dropna(subset=["national", "plan"])
    return both[both["national"] != both["plan"]].reset_index(drop=True)


def write(tables: dict[str, pd.DataFrame], folder: Path) -> None:
    """Writes the plan's tables as CSV files, all or none: after a fault the tables are as they were."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".new-") as new:
            for name, columns in TABLES.items():
                path = Path(new, f"{name}.csv")
                tables[name][columns].to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
            _move_in(Path(new), folder)
    except OSError as error:
        raise UserError(f"{folder}: {error.strerror}; no table was changed; see that it can be written to") from error


def _move_in(new: Path, folder: Path) -> None:
    names = [f"{table}.csv" for table in TABLES]
    before = {name: (folder / name).read_bytes() for name in names if (folder / name).is_file()}
    try:
        for name in names:
            os.replace(new / name, folder / name)
    except OSError:
        for name in names:
            if name in before:
                (folder / name).write_bytes(before[name])
            elif (folder / name).is_file():
                (folder / name).unlink()
        raise


def read_text(path: Path) -> str:
    """The text of a UTF-8 file; stops with one line that names the place where it isn't."""
    try:
        raw = path.read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}; name a file that can be read") from error
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise UserError(f"{path}, line {line}: not UTF-8 text; save the plan as plain text in UTF-8") from error


class Names:
    """The names table beside a plan: what each printed name means, in three languages, and what we add to it."""

    def __init__(self, path: Path | None) -> None:
        """Reads the table; without a path each printed name stands for itself."""
        self.path = path
        records = load(path, ["table", "key", "printed", *NAMES]).to_dict("records") if path else []
        self.known = {(r["table"], r[form].casefold()): r for r in records for form in ("printed", "name_kk")}
        found = {(r["table"], r["key"]): r | {"kind": r["table"], "term": r["key"]} for r in records}
        self.terms = [term for (kind, _), term in found.items() if kind in TERMS]

    def find(self, table: str, printed: str, where: str, key: str = "") -> dict[str, str]:
        """The record of a printed name. Stops when the table lacks it, or has it under another key."""
        if not self.path:
            return {"key": key or printed, "name_kk": printed}
        record = self.known.get((table, printed.casefold()))
        if not record or (key and record["key"] != key):
            raise UserError(f"{where}: {self.path.name} has no {table} {key} «{printed}»; mend its column `printed`")
        return record


def load(path: Path, columns: list[str]) -> pd.DataFrame:
    """A CSV table as text, without changes; stops with one line when it isn't there or lacks a column."""
    if not path.is_file():
        raise UserError(f"{path}: no such table; make the tables with `jospar plan read FILE`, or name another folder")
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False).fillna("")
    except ValueError as error:
        raise UserError(f"{path}: no CSV table in UTF-8 ({str(error).strip()}); mend it or make it again") from error
    if not isinstance(table.index, pd.RangeIndex):
        raise UserError(f"{path}, line 2: more cells than headings; put a cell that holds a comma in quotes")
    missing = [column for column in columns if column not in table]
    if missing:
        raise UserError(f"{path}: no column {', '.join(missing)}; mend the table or make it again")
    return table


def _table(name: str, folder: str | Path) -> pd.DataFrame:
    folder = paths.plan_folder(folder)
    table = load(folder / f"{name}.csv", TABLES[name])
    for column in table.columns.intersection([*INTEGERS, *DECIMALS]):
        try:
            numbers = pd.to_numeric(table[column].replace("", None))
            table[column] = numbers.astype("Int64" if column in INTEGERS else float)
        except (TypeError, ValueError) as error:
            raise UserError(f"{folder / name}.csv: column {column}: {error}; mend the table") from error
        if column in INTEGERS and not table[column].hasnans:
            table[column] = table[column].astype("int64")
    return table


def _open_rows(table: pd.DataFrame) -> list[str]:
    """Indicators whose printed cells may as well stand one year later: inferred, with a blank first cell."""
    blank = table.loc[(table["column"] == "reported") & (table["reading"] == "blank"), "indicator"]
    inferred = table.loc[table["reading"] == "inferred", "indicator"].unique()
    return [indicator for indicator in inferred if indicator in set(blank)]


def _rearrange(table: pd.DataFrame, year: pd.Series) -> pd.DataFrame:
    """The printed cells placed at `year`; a year without a cell is blank."""
    cells = table.assign(year=year)[table["as_printed"] != ""].drop(columns="column")
    grid = table[["indicator", "year", "column"]]
    placed = grid.merge(cells, on=["indicator", "year"], how="left").set_index(table.index)
    placed["reading"] = placed["reading"].fillna("blank")
    return placed.fillna({"as_printed": "", "evidence": ""})[table.columns]


# Rows that lost a cell: used by the reader of documents, here because the readings above rest on it.
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
) -> dict[str, tuple[int, str, str]]:
    """For each damaged row (its page and cells) the index of the lost cell, the reading and the evidence in words.

    `known` holds section 2.1's targets by indicator and year. A row that they don't prove follows a proven one: of the
    same page, else of any page damaged alike. With none, the cells stay as printed and the last one counts as lost.
    """
    found = {row: lost_cell(cells, years, known.get(row, {})) for row, (_, cells) in rows.items()}
    proven = {row: lost for row, lost in found.items() if lost is not None}
    result = {}
    for row, (page, cells) in rows.items():
        near = [other for other in proven if rows[other][0] == page]
        witness = next(iter([*near, *proven]), "")
        lost = proven.get(row, proven.get(witness, len(years) - 1))
        if row in proven:
            listed = ", ".join(f"{value} for {year}" for year, value in known[row].items())
            said = f"section 2.1 prints {listed}, and the row agrees with it only if its {years[lost]} cell was lost."
        elif witness:
            where = "the same page" if near else "another page damaged alike"
            said = f"row {witness} on {where} is proven to have lost its {years[lost]} cell; no proof for this row."
        else:
            said = "which one is not known, so the cells are left where they are printed."
        if row not in proven and not cells[0]:
            said += f" With {years[0]} blank, all values may also stand a year later than printed."
        grid = f"More cells than headings, and {years[-1]} is empty in the whole page: one cell of the row was lost;"
        result[row] = lost, "resolved" if row in proven else "inferred", f"{grid} {said}"
    return result


def place_cells(
    cells: list[str], values: list[str], years: list[str], lost: tuple[int, str, str] | None, note: str
) -> list[dict[str, str]]:
    """A row of `targets.csv` for each year. Behind a lost cell each cell stands under the year before its own.

    `note`, what we know besides, joins the evidence of damaged cells and explains planned years left blank.
    """
    gap, reading, evidence = lost or (len(years), "certain", "")
    result = []
    for i, year in enumerate(years):
        at = len(cells) if i == gap else i - (i > gap)
        text, value, printed_year = [*cells, ""][at], [*values, ""][at], [*years, ""][at]
        blank = not text and i != gap
        said = f"{evidence} {note}".strip() if (lost and not blank) or (blank and i > 1) else ""
        record = {"year": year, "column": column_of(i), "value": value, "as_printed": text}
        result.append(
            record | {"printed_year": printed_year, "reading": "blank" if blank else reading, "evidence": said}
        )
    return result


def column_of(index: int) -> str:
    """What a plan's year columns are: the reported year, the current one, then the planned ones."""
    return ("reported", "current")[index] if index < 2 else "planned"
