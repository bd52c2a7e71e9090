"""The national SDG platform: `indicator_8-8-1.csv`, one row a figure, an empty dimension for the total."""

import pandas as pd

from helpers.refresh.readers import tidy

# The names, without capitals, that platforms give to the columns of area and unit.
AREAS = ("ref_area", "geocode")
UNITS = ("unit_measure", "units", "unit measure", "unit of measure")
MULTIPLIERS = ("unit_mult", "unit multiplier")
STATUSES = ("obs_status", "observation status")
# Columns that say something about a figure and don't tell two figures apart.
REMARKS = {"year", "value", "comment_obs", "comment_ts", "source_detail", *AREAS, *UNITS, *MULTIPLIERS, *STATUSES}


def read(data: bytes) -> pd.DataFrame:
    """Figures in the unit that the file prints, tidy; `item` is `AGE=Y16T24; SEX=F`, empty for the total."""
    rows = tidy.records(tidy.cells(data), ["Year", "Value"])
    names = list(rows[0]) if rows else []
    tells = sorted(name for name in names if name.casefold() not in REMARKS)
    return tidy.frame(
        (
            "; ".join(f"{key}={row[key].strip()}" for key in tells if row[key].strip()),
            _first(row, AREAS) or "KAZ",
            row["Year"],
            row["Value"].strip(),
            _unit(row),
            _first(row, STATUSES),
        )
        for row in rows
    )


def _unit(row: dict[str, str]) -> str:
    """The unit as the file prints it, with its multiplier where that is another than one."""
    multiplier = _first(row, MULTIPLIERS)
    return f"{_first(row, UNITS)} {'' if multiplier.lower() in ('0', '1', 'units') else multiplier}".strip()


def _first(row: dict[str, str], names: tuple[str, ...]) -> str:
    """The cell of the first of these columns that is filled."""
    cells = {key.casefold(): value.strip() for key, value in row.items()}
    return next((cells[name] for name in names if cells.get(name)), "")
