"""Years narrowed by their quarters that are already published, whichever these are; later years follow from them."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from helpers.forecast.futures import Futures

LEAST_YEARS = 5  # years with all quarters and a yearly figure, before the first quarters of a year are gone on from
LEAST_CASES = 4  # years with some quarters and a yearly figure, before a subset of quarters says anything of a year
SEED = 11


class Narrowing(NamedTuple):
    """What the published quarters of a year rest on: how near years have come to the mean of such quarters."""

    year: int
    known: dict[int, float]  # quarter (1 to 4) to figure, in the unit of the indicator
    compared: int
    apart: float  # largest distance between a year and the mean of its quarters, in the unit of the indicator

    @property
    def quarters(self) -> int:
        """How many quarters are known."""
        return len(self.known)


def narrow(
    expected: Futures, history: pd.Series, quarters: pd.Series | None, decimals: int
) -> tuple[Futures, tuple[Narrowing, ...]]:
    """The forecast given the quarters known of its years, and what that rests on; unchanged where none say anything.

    Each year with known quarters is drawn anew from them; a future's later years keep their distance to it, in order
    of that year.
    """
    draws, steps = expected.draws.copy(), []
    for column, year, known in known_quarters(expected, quarters):
        drawn = year_draws(history, quarters, known, len(draws), expected.limits, decimals)
        if drawn is None:
            continue
        values, apart = drawn
        draws = draws[draws[:, column].argsort(kind="stable")]
        draws[:, column:] += (np.sort(values) - draws[:, column])[:, None]
        shown = dict(zip(known.index.quarter.tolist(), known.tolist(), strict=True))
        steps.append(Narrowing(year, shown, len(apart), float(np.abs(apart).max())))
    return (expected.moved(draws), tuple(steps)) if steps else (expected, ())


def known_quarters(expected: Futures, quarters: pd.Series | None) -> Iterator[tuple[int, int, pd.Series]]:
    """Column, year and known quarters of each year of a forecast of which a quarter is known."""
    for column, period in enumerate(expected["period"] if quarters is not None else []):
        known = quarters[quarters.index.year == period.year].dropna()
        if len(known):
            yield column, period.year, known


def year_draws(
    history: pd.Series, quarters: pd.Series, known: pd.Series, n: int, limits: tuple[float, float], decimals: int
) -> tuple[np.ndarray, np.ndarray] | None:
    """A year's figure in n futures given its known quarters, and the distances it rests on; none with too few cases.

    The first quarters of a year that follows the last figure are gone on from by the quarterly forecast. Any other
    subset gives their mean, and around it a t distribution as wide as years lay from the mean of such quarters.
    """
    lot = np.random.default_rng(SEED)
    full = distances(history, quarters)
    if consecutive(known, quarters) and len(full) >= LEAST_YEARS:
        years = year_from_quarters(quarters, known, n, limits, decimals)
        return years + lot.choice(full, n), full
    some = subset_distances(history, quarters, set(known.index.quarter))
    if len(some) < LEAST_CASES:
        return None
    # Half a unit of print is the least that is not known of a year from its rounded quarters.
    width = np.hypot(np.sqrt((some**2).mean()), 10.0**-decimals / np.sqrt(12))
    return known.mean() + width * lot.standard_t(len(some), n), some


def consecutive(known: pd.Series, quarters: pd.Series) -> bool:
    """True if the quarters are the first ones of their year, none left out, and nothing later is known."""
    year = known.index[0].year
    first = list(pd.period_range(f"{year}Q1", periods=len(known), freq="Q"))
    return list(known.index) == first and quarters.index[-1] == known.index[-1]


def distances(history: pd.Series, quarters: pd.Series) -> np.ndarray:
    """Each year's figure less the mean of its quarters, in the unit of the indicator, where all are published."""
    by_year = quarters.groupby(quarters.index.year).agg(["mean", "count"])
    means = by_year.loc[by_year["count"] == 4, "mean"]
    figures = pd.Series(history.to_numpy(), index=history.index.year)
    return (figures - means).dropna().to_numpy()


def subset_distances(history: pd.Series, quarters: pd.Series, places: set[int]) -> np.ndarray:
    """Each year's figure less the mean of such quarters of it (of any where it has none of these), in the unit."""
    apart = []
    for period, figure in history.items():
        of_year = quarters[quarters.index.year == period.year].dropna()
        alike = of_year[of_year.index.quarter.isin(places)]
        if len(of_year):
            apart.append(figure - (alike if len(alike) else of_year).mean())
    return np.array(apart)


def year_from_quarters(
    quarters: pd.Series, known: pd.Series, n: int, limits: tuple[float, float], decimals: int
) -> np.ndarray:
    """Mean of a year's quarters in n futures: the known ones as they are, the others from the quarterly forecast."""
    missing = 4 - len(known)
    if not missing:
        return np.full(n, known.mean())
    from helpers.forecast import forecast

    bounds = dict(zip(("lower", "upper"), limits, strict=True))
    ahead = forecast(quarters, horizon=missing, frequency="quarterly", decimals=decimals, **bounds)
    return (known.sum() + ahead.paths(n, SEED).sum(axis=1)) / 4
