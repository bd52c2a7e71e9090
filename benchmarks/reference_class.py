"""Learns how series moved whose own past says little: `python benchmarks/reference_class.py DATA [--write]`.

Pools all moves of the development sets: |y[t+h] - y[t]| in units of the reference class's yardstick, by kind
(share: a percentage within 0-100; amount: all else) and by the points known at t (1-4; or two equal ones, both kinds
pooled, because flat runs are few).
Widths are quantiles one period ahead; growth is the power of the horizon by which their middle grows.
"""

import argparse
from pathlib import Path

import numpy as np
from development_sets import read_competition, read_panel

from helpers.forecast import reference

HORIZONS = np.arange(1, 6)
LARGEST = 40.0  # yardsticks, about twice the level: counts of disasters would else rule the tail


def series(folder: Path) -> dict[str, list[list[np.ndarray]]]:
    """Whole series by kind and set."""
    panel = read_panel(folder / "kazstat_sdg_yearly.csv", 2018)
    share = [np.r_[c.history, c.future] for c in panel if "#PT" in c.series]
    rest = [np.r_[c.history, c.future] for c in panel if "#PT" not in c.series]
    files = ("m1_yearly.csv", "wdi_annual_dev.csv")
    others = [[np.r_[c.history, c.future] for c in read_competition(folder / f)] for f in files]
    share = [y for y in share if y.min() >= 0 and y.max() <= 100]
    return {"share": [share], "amount": [rest, *others]}


def moves(values: list[np.ndarray], kind: str, points: int, horizon: int) -> np.ndarray:
    """Moves in yardsticks from every place where so many points are known; points = 0: where 2 values were equal."""
    found = []
    for y in values:
        for t in range(points or 2, len(y) - horizon + 1):
            known = y[t - (points or 2) : t]
            if (points == 0) == (len(known) > 1 and np.ptp(known) == 0) and np.any(known):
                unit = reference.yardstick(known, *((0.0, 100.0) if kind == "share" else (None, None)))
                found.append(min(abs(y[t + horizon - 1] - known[-1]) / unit, LARGEST))
    return np.array(found)


def learn(sets: list[list[np.ndarray]], kind: str, points: int) -> tuple[list[float], float, int]:
    """Quantiles of the moves one period ahead, power of the horizon, number of moves; each set counts the same."""
    upper = reference.UPPER * 2 - 1
    by_horizon = []
    for horizon in HORIZONS:
        pools = [moves(values, kind, points, horizon) for values in sets]
        pools = [p for p in pools if len(p) >= 100] or [np.concatenate(pools)]
        by_horizon.append(np.mean([np.quantile(p, upper) for p in pools], axis=0))
    middle = np.array([q[upper.searchsorted([0.6, 0.8])].mean() for q in by_horizon])
    growth = np.polyfit(np.log(HORIZONS), np.log(middle), 1)[0]
    return by_horizon[0].round(4).tolist(), round(float(growth), 3), sum(len(p) for p in pools)


def main() -> None:
    """Learn, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of the development sets")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    lines = [",".join(["kind", "points", "growth", *(f"{p:.4g}" for p in reference.UPPER)])]
    kinds = series(arguments.data)
    everything = [y for sets in kinds.values() for values in sets for y in values]
    for kind in kinds:
        for points in range(5):
            widths, growth, count = learn(kinds[kind] if points else [everything], kind, points)
            print(kind, points, widths, growth, count)
            lines.append(",".join(map(str, [kind, points, growth, *widths])))
    if arguments.write:
        reference.TABLE.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
