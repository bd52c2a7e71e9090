"""Make data/assumptions/reference_class.csv: how much official Kazakh series changed in one to six years.

    python scripts/build_reference_class.py PANEL.csv

PANEL.csv holds yearly series of the national platform of the Sustainable Development Goals (Bureau of National
Statistics, github.com/kazstat/sdg-data-kazstat), columns series_id (indicator#dimensions), period, value.
"""

import sys

import numpy as np
import pandas as pd

from helpers import UserError
from helpers.forecast import read_panel
from helpers.targets.ambition import QUANTILES, REFERENCE_CLASS, STORED, relative_change

YEARS = range(1, 7)
BANDS = ((0, 5), (5, 20), (20, 50), (50, 80), (80, 100))  # percent
# Figures per 1,000 or 100,000 people, per unit of output or as a concentration, by their number in the United Nations'
# global indicator framework (A/RES/71/313); they would pass for shares because they lie below 100 as well.
PER_SOMETHING = ("3-1-1", "3-2-2", "3-3-1", "3-3-2", "3-6-1", "3-7-2", "8-10-1", "9-4-1", "11-6-2", "14-3-1", "16-2-2")


def main(panel_path: str) -> None:
    """Write the table and say how large it is."""
    panel = read_panel(panel_path)
    panel["indicator"] = panel["series_id"].str.split("#").str[0]
    panel["kind"] = panel["indicator"].map(panel.groupby("indicator")["value"].apply(kind_of))
    changes = pd.concat([changes_over(panel, years) for years in YEARS])
    rows = [summarise(group, *key) for key, group in changes.groupby(["kind", "level_from", "years"], dropna=False)]
    table = pd.DataFrame(rows)
    REFERENCE_CLASS.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(REFERENCE_CLASS, index=False, float_format="%.6g")
    print(f"{REFERENCE_CLASS.name}: {len(table)} rows from {panel['indicator'].nunique()} indicators")


def kind_of(values: pd.Series) -> str:
    """Kind of an indicator from the range of its figures: share (0 to 100), count (some of 1,000 or more), rate."""
    if values.name in PER_SOMETHING:
        return "rate"
    if values.min() >= 0 and values.max() <= 100:
        return "share"
    return "count" if values.abs().max() >= 1_000 else "rate"


def changes_over(panel: pd.DataFrame, years: int) -> pd.DataFrame:
    """Every change over so many years: in points for shares, in percent for rates and counts."""
    later = panel[["series_id", "period", "value"]].assign(period=panel["period"] - years)
    pairs = panel.merge(later, on=["series_id", "period"], suffixes=("", "_later"))
    points = pairs["value_later"] - pairs["value"]
    change = np.where(pairs["kind"] == "share", points, relative_change(pairs["value"], pairs["value_later"]))
    starts = np.array([low for low, _ in BANDS], dtype=float)
    band = starts[np.searchsorted(starts, pairs["value"].clip(lower=0), side="right") - 1]
    pairs = pairs.assign(years=years, change=change, level_from=np.where(pairs["kind"] == "share", band, np.nan))
    return pairs.dropna(subset="change")


def summarise(group: pd.DataFrame, kind: str, level_from: float, years: int) -> dict:
    """One row of the table: quantiles of the change, every indicator weighing the same."""
    weight = 1 / group.groupby("indicator")["change"].transform("size")
    order = np.argsort(group["change"].to_numpy(), kind="stable")
    values, weights = group["change"].to_numpy()[order], weight.to_numpy()[order]
    share = (weights.cumsum() - weights / 2) / weights.sum()
    quantiles = np.interp(np.array(STORED) / 100, share, values)
    return {
        "kind": kind, "level_from": level_from, "level_to": dict(BANDS).get(level_from), "years": years,
        "indicators": group["indicator"].nunique(), "series": group["series_id"].nunique(), "changes": len(group),
        **dict(zip(QUANTILES, quantiles, strict=True)),
    }  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python scripts/build_reference_class.py PANEL.csv")
    try:
        main(sys.argv[1])
    except UserError as fault:
        sys.exit(str(fault))
