"""How ambitious is a target that nobody can measure? A reference class of official Kazakh series; never a forecast.

The table `data/assumptions/reference_class.csv` is made by `scripts/build_reference_class.py`. Its columns:
kind (share, rate, count), level_from and level_to (the figure at the start lies in between, in percent; empty for
rates and counts), years (1 to 6), indicators, series and changes (how many stand behind the row), and q000 ... q100:
quantiles of the change over so many years, in points for shares and in percent for rates and counts. Every indicator
weighs the same, however many regions it has.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from helpers import UserError, files
from helpers.targets.precision import is_higher

REFERENCE_CLASS = files.DATA / "assumptions" / "reference_class.csv"
# Quantiles stored, in percent: denser at the ends, where ambitious targets lie.
STORED = (0, 1, 2, 5, *range(10, 91, 5), 95, 98, 99, 100)
QUANTILES = [f"q{percent:03d}" for percent in STORED]


class Ambition(NamedTuple):
    """How often series of the same kind achieved such a change: a reference class, not the target's probability."""

    achieved: float  # share of past changes, 0 to 1
    change: float  # needed: points for a share, percent for a rate or count


def ambition(
    kind: str, level: float, target: float, years: int, better: str, table: pd.DataFrame | None = None
) -> Ambition:
    """Share, 0 to 1, of official Kazakh series of this kind that changed at least so much in as many years.

    `level` and `target` are in the unit of the indicator, shares in percent, the level of others above zero.
    Interpolated between stored quantiles. Raises UserError where the table knows no change over so many years.
    """
    needed = float(target - level if kind == "share" else relative_change(level, target))
    row = _row(reference_class() if table is None else table, kind, level, years)
    quantiles, chances = row[QUANTILES].to_numpy(dtype=float), np.array(STORED) / 100
    # Changes equal to the one needed count as achieved: look just short of it.
    hair, higher = 1e-9 * max(1.0, abs(needed)), is_higher(better)
    below = np.interp(needed - hair if higher else needed + hair, quantiles, chances, left=0.0, right=1.0)
    return Ambition(float(1 - below if higher else below), needed)


@cache
def reference_class() -> pd.DataFrame:
    """The committed table of quantiles; its columns are described at the top of this module."""
    if not REFERENCE_CLASS.is_file():
        name = REFERENCE_CLASS.name
        raise UserError(f"{name}: no such file; make it with scripts/build_reference_class.py PANEL.csv")
    table = files.read_table(REFERENCE_CLASS, ["kind", "years", *QUANTILES])
    try:
        return table.apply(lambda column: column if column.name == "kind" else pd.to_numeric(column))
    except ValueError as fault:
        raise UserError(f"{REFERENCE_CLASS.name}: {fault}; make it with scripts/build_reference_class.py") from None


def relative_change(first: np.ndarray | float, last: np.ndarray | float) -> np.ndarray:
    """Change in percent of the first figure; not a number where that is not positive or the last is negative."""
    first, last = np.asarray(first, dtype=float), np.asarray(last, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((first > 0) & (last >= 0), 100 * (last / first - 1), np.nan)


def _row(table: pd.DataFrame, kind: str, level: float, years: int) -> pd.Series:
    own = table[(table["kind"] == kind) & (table["years"] == years)]
    if own.empty:
        known = sorted(table.loc[table["kind"] == kind, "years"].unique())
        raise UserError(f"{years} years: the reference class of {kind}s has {', '.join(map(str, known)) or 'none'}")
    if kind != "share":
        return own.iloc[0]
    # A level on the border of two bands belongs to the upper one, 100 to the last.
    return own[own["level_from"] <= level].sort_values("level_from").iloc[-1]
