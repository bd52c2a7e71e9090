"""The current year, narrowed by its quarters that are already published; later years follow from it."""

from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from helpers import statistics
from helpers.forecast import forecast
from helpers.targets.futures import Futures

LEAST_YEARS = 5  # years with all quarters and a yearly figure, before the one is believed to follow from the other
SEED = 11


class Narrowing(NamedTuple):
    """What the published quarters of a year rest on: how near a year has come to its quarters' mean."""

    year: int
    quarters: int
    compared: int
    apart: float  # largest distance between a year and the mean of its quarters, in the unit of the indicator


def quarterly_series(indicator: str, area: str, when: date) -> pd.Series | None:
    """The quarters of an indicator with the plan's own definition, known by the day; none where there are none."""
    table = statistics.catalogue()
    for code in statistics.for_indicator(indicator):
        if table.loc[code, "frequency"] == "Q" and statistics.covers(code, area):
            return statistics.series(code, area, when)
    return None


def narrow(
    expected: Futures, history: pd.Series, quarters: pd.Series | None, decimals: int
) -> tuple[Futures, Narrowing | None]:
    """The forecast given the quarters known of its first year, and what that rests on; unchanged where none are known.

    The missing quarters come from the quarterly forecast's paths, and the distance between a year and the mean of its
    quarters from the past. A future's later years keep their distance to its first, in order of that first year.
    """
    first = expected["period"].iloc[0]
    known = pd.Series(dtype=float) if quarters is None else quarters[quarters.index.year == first.year]
    apart = distances(history, quarters) if len(known) else np.empty(0)
    if not consecutive(known, first.year) or len(apart) < LEAST_YEARS:
        return expected, None
    years = year_from_quarters(quarters, known, len(expected.draws), expected.limits, decimals)
    years = np.sort(years + np.random.default_rng(SEED).choice(apart, len(years)))
    before = expected.draws[expected.draws[:, 0].argsort(kind="stable")]
    narrowed = expected.moved(before - before[:, :1] + years[:, None])
    return narrowed, Narrowing(first.year, len(known), len(apart), float(np.abs(apart).max()))


def consecutive(known: pd.Series, year: int) -> bool:
    """True if the quarters are the first ones of the year, none left out."""
    return len(known) > 0 and list(known.index) == list(pd.period_range(f"{year}Q1", periods=len(known), freq="Q"))


def distances(history: pd.Series, quarters: pd.Series) -> np.ndarray:
    """Each year's figure less the mean of its quarters, in the unit of the indicator, where all are published."""
    by_year = quarters.groupby(quarters.index.year).agg(["mean", "count"])
    means = by_year.loc[by_year["count"] == 4, "mean"]
    figures = pd.Series(history.to_numpy(), index=history.index.year)
    return (figures - means).dropna().to_numpy()


def year_from_quarters(
    quarters: pd.Series, known: pd.Series, n: int, limits: tuple[float, float], decimals: int
) -> np.ndarray:
    """Mean of a year's quarters in n futures: the known ones as they are, the others from the quarterly forecast."""
    missing = 4 - len(known)
    if not missing:
        return np.full(n, known.mean())
    lower, upper = limits
    ahead = forecast(
        quarters, horizon=missing, lower=lower, upper=upper, frequency="quarterly", decimals=decimals
    )  # fmt: skip
    return (known.sum() + ahead.paths(n, SEED).sum(axis=1)) / 4
