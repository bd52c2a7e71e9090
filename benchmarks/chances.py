"""Chances that targets are met, abroad: `python benchmarks/chances.py DATA`, some minutes for learning and scoring.

One series is drawn of each country and indicator of the world panel's national platforms, as for `accuracy.py`, and
targets are set and judged as in `jospar record`, beside a random walk and the official methods. Our coefficients are
learnt from outcomes before the origin in other countries.
"""

import argparse
from pathlib import Path
from unittest.mock import patch

import accuracy
import learn
import pandas as pd
from development_sets import Case
from world_panel import COUNTRY_FOLDS, country_fold, read

from helpers.forecast import backtest, corrections
from helpers.record import scores
from helpers.targets import METHODS


def panel_of(cases: list[Case], origin: int) -> pd.DataFrame:
    """The cases as a panel: series_id, period, value."""
    rows = [
        (case.series, origin - len(case.history) + 1 + i, value)
        for case in cases
        for i, value in enumerate([*case.history, *case.future])
    ]
    return pd.DataFrame(rows, columns=["series_id", "period", "value"])


def squares(cases: list[Case], origin: int, numbers: corrections.Numbers) -> pd.DataFrame:
    """Brier score of each method by country and indicator, with these coefficients."""
    with patch.object(corrections, "read", lambda: numbers), patch.object(scores, "ORIGINS", (origin,)):
        return scores.by_indicator(scores.score(panel_of(cases, origin), jobs=1))


def main() -> None:
    """Print the Brier scores, and ours over the best official one with its range over countries and indicators."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of the development sets")
    path = parser.parse_args().data / "world_panel.csv.gz"
    seen, panel, parts = learn.everything(path, path.parent), read(path), []
    for origin in accuracy.WORLD_ORIGINS:
        cases = accuracy.world_cases(panel, origin)
        for fold in range(len(COUNTRY_FOLDS)):
            mine = [case for case in cases if country_fold(case.series.split("|")[0]) == fold]
            parts.append(squares(mine, origin, learn.learn_before(seen, origin, fold)).assign(origin=origin))
    for name, part in [*pd.concat(parts).groupby("origin"), ("both", pd.concat(parts))]:
        groups = part.groupby("indicator")[["ours", "naive", *METHODS]].mean()
        best = groups[list(METHODS)].mean().idxmin()
        low, high = backtest.ratio_range(groups["ours"], groups[best])
        ratio = groups["ours"].mean() / groups[best].mean()
        print(name, f"{part['n'].sum():,} targets, {len(groups)} groups;", groups.mean().round(3).to_dict())
        print(f"ours over {best}: {ratio:.3f}, {low:.3f} to {high:.3f} in 95 of 100 sets of such groups")


if __name__ == "__main__":
    main()
