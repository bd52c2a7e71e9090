"""A development plan as data frames: a plan is a folder of the tables named in TABLES, whichever ministry made it.

Some rows of `targets.csv` lost a cell when the document was digitised, so that the cells behind it were printed one
year too early. `targets(reading=...)` gives the reading to use; a lost value is empty in all of them,
unless section 2.1 prints it.
"""

from functools import lru_cache
from pathlib import Path

import pandas as pd

from helpers import UserError, files

__all__ = [
    "DECIMALS", "INTEGERS", "NAMES", "READINGS", "TABLES", "TERMS", "ByIndicator", "TargetRow", "TargetRows",
    "conflicts", "directions", "document", "indicators", "load", "national_row", "national_targets", "printed",
    "table", "target_row", "target_rows", "targets", "terms", "title", "write",
]  # fmt: skip
__dir__ = __all__.copy

NAMES = ["name_kk", "name_ru", "name_en"]
MEASURED = [*NAMES, "unit", "better"]  # what, in which unit, and which way is better
TABLES = {
    "directions": ["direction", *NAMES],
    "goals": ["goal", "direction", *NAMES],
    "indicators": ["indicator", "direction", "goal", "kind", *MEASURED, "floor", "responsible", "source"],
    "targets": ["indicator", "year", "column", "value", "as_printed", "printed_year", "reading", "evidence"],
    "national_targets": ["document", "direction", "indicator", *MEASURED, "year", "value"],
    "programmes": ["code", *NAMES, "direction"],
    "resources": ["resource", "unit", "period", "year", "column", "value"],
    "terms": ["kind", "term", *NAMES],
}
INTEGERS = {"direction", "year", "printed_year"}
DECIMALS = {"value", "floor"}
TERMS = ("plan", "document", "unit", "responsible", "source", "resource")
READINGS = ("resolved", "as_printed", "alternative")


def directions(folder: str | Path = files.PLAN) -> pd.DataFrame:
    """Strategic directions, one a row: direction, name_kk, name_ru, name_en."""
    return table("directions", folder)


def indicators(folder: str | Path = files.PLAN) -> pd.DataFrame:
    """Indicators, one a row. `floor` is a lower limit that the indicator's own name sets, in its unit."""
    return table("indicators", folder)


def national_targets(folder: str | Path = files.PLAN) -> pd.DataFrame:
    """Targets that section 2.1 takes from national documents, one a row and year, in the row's unit."""
    return table("national_targets", folder)


def terms(kind: str = "", folder: str | Path = files.PLAN) -> pd.DataFrame:
    """Names of what the tables hold as a short key (`kind`: one of TERMS)."""
    rows = table("terms", folder)
    return rows[rows["kind"] == kind].reset_index(drop=True) if kind else rows


def title(folder: str | Path = files.PLAN) -> pd.Series:
    """The plan's own title in three languages (name_kk, name_ru, name_en); the folder's name where it states none."""
    stated = terms("plan", folder)
    folder_name = files.plan_folder(folder).name
    return stated.iloc[0] if len(stated) else pd.Series(dict.fromkeys(NAMES, folder_name))


def targets(reading: str = "resolved", folder: str | Path = files.PLAN) -> pd.DataFrame:
    """Values of every indicator and year, in the indicator's unit; lost and blank cells have no value.

    `resolved`: damaged rows put right, the lost cell where the evidence puts it.
    `as_printed`: each cell under the heading where it stands in the digitised text.
    `alternative`: as resolved, but an inferred row without a reported value has all its cells one year later than
    printed, since the cell it lost may be one of its blank first ones. Which rows these are follows from the table.
    """
    if reading not in READINGS:
        raise UserError(f"reading: «{reading}» is unknown; use one of {', '.join(READINGS)}")
    rows = table("targets", folder)
    if reading == "as_printed":
        rows = _rearrange(rows, rows["printed_year"])
    elif reading == "alternative":
        # Inferred rows with a blank first cell.
        blank = rows.loc[(rows["column"] == "reported") & (rows["reading"] == "blank"), "indicator"]
        inferred = rows.loc[rows["reading"] == "inferred", "indicator"]
        shifting = rows["indicator"].isin(set(blank) & set(inferred))
        moved = _rearrange(rows[shifting], rows.loc[shifting, "printed_year"] + 1)
        rows = pd.concat([rows[~shifting], moved]).sort_index()
    return rows.drop(columns="printed_year")


def printed(folder: str | Path = files.PLAN) -> pd.DataFrame:
    """Section 3 as the digitised document prints it: indicator, name, unit, and a column for each year.

    A cell stands under the year over which it was printed. A plan without a table of names shows its own Kazakh ones,
    and what is printed in more than one way stands as in our tables.
    """
    rows, about = table("targets", folder), table("indicators", folder)
    cells = rows[rows["as_printed"] != ""].pivot(index="indicator", columns="printed_year", values="as_printed")
    shown = pd.DataFrame({"indicator": about["indicator"], "name": about["name_kk"], "unit": about["unit"]})
    source = files.plan_folder(folder) / "source" / "names.csv"
    if source.is_file():
        names = load(source, ["table", "key", "printed"]).drop_duplicates(["table", "key"], keep=False)
        for kind, column in (("indicator", "name"), ("unit", "unit")):
            forms = names[names["table"] == kind].set_index("key")["printed"]
            shown[column] = shown[kind].map(forms).fillna(shown[column])
    return shown.join(cells.reindex(columns=sorted(rows["year"].unique())), on="indicator").fillna("")


def conflicts(folder: str | Path = files.PLAN) -> pd.DataFrame:
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
    except OSError as error:
        raise UserError(f"{folder}: {error.strerror}; no table was changed; see that it can be written to") from error
    texts = {name: tables[name][columns].to_csv(index=False, lineterminator="\n") for name, columns in TABLES.items()}
    files.write_all({folder / f"{name}.csv": words for name, words in texts.items()})


def load(path: Path, columns: list[str]) -> pd.DataFrame:
    """A CSV table as text, without changes; stops with one line when it isn't there or lacks a column."""
    return files.read_table(path, columns, "make the tables with `jospar plan read FILE`, or name another folder")


def table(name: str, folder: str | Path = files.PLAN) -> pd.DataFrame:
    """One of TABLES by its name, numbers as numbers; an edited file is read anew."""
    path = files.plan_folder(folder) / f"{name}.csv"
    return _parsed(name, path, files.stamp(path)).copy()


@lru_cache(64)
def _parsed(name: str, path: Path, stamp: tuple[int, ...] | None) -> pd.DataFrame:
    """The table with numbers as numbers; `stamp` makes an edited file another one."""
    table = load(path, TABLES[name])
    for column in table.columns.intersection([*INTEGERS, *DECIMALS]):
        try:
            numbers = pd.to_numeric(table[column].replace("", None))
            table[column] = numbers.astype("Int64" if column in INTEGERS else float)
        except (TypeError, ValueError) as error:
            raise UserError(f"{path}: column {column}: {error}; mend the table") from error
        if column in INTEGERS and not table[column].hasnans:
            table[column] = table[column].astype("int64")
    return table


def _rearrange(table: pd.DataFrame, year: pd.Series) -> pd.DataFrame:
    """The printed cells placed at `year`; a year without a cell is blank."""
    cells = table.assign(year=year)[table["as_printed"] != ""].drop(columns="column")
    grid = table[["indicator", "year", "column"]]
    placed = grid.merge(cells, on=["indicator", "year"], how="left").set_index(table.index)
    placed["reading"] = placed["reading"].fillna("blank")
    return placed.fillna({"as_printed": "", "evidence": ""})[table.columns]


# Builds on what stands above.
from helpers.plan.target_rows import ByIndicator, TargetRow, TargetRows, national_row, target_row, target_rows  # noqa: E402
