"""Years narrowed by their quarters or first months that are already published; later years follow from them."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from helpers.forecast.distribution import Forecast
from helpers.forecast.engine import forecast

LEAST_YEARS = 5  # years with all quarters and a yearly figure, before the first quarters of a year are gone on from
LEAST_CASES = 4  # years with some quarters and a yearly figure, before a subset of quarters says anything of a year
SEED = 11


class Narrowing(NamedTuple):
    """What the published quarters or months of a year rest on: how near years have come to what these told of them."""

    year: int
    known: dict[int, float]  # quarter (1 to 4), or number of first months, to figure, in the unit of the indicator
    compared: int
    apart: float  # largest distance between a year and the mean of quarters of it, in the unit of the indicator
    months: int = 0  # how many first months the figure covers; 0 for quarters
    whole: bool = False  # True where that mean is of all four quarters, False where of such quarters as are known


def narrow(
    expected: Forecast, history: pd.Series, quarters: pd.Series | None, decimals: int, parts: pd.DataFrame | None = None
) -> tuple[Forecast, tuple[Narrowing, ...]]:
    """The forecast given the quarters or months known of its years, and what that rests on; unchanged where none help.

    `parts`: figures of the first months of years (columns year, months, value), which speak where no quarters do.
    Each year with known quarters or months is drawn anew from them; a future's later years keep their distance to it,
    in order of that year.
    """
    draws, steps = expected.draws.copy(), []
    for column, year in enumerate(period.year for period in expected["period"]):
        n = len(draws), expected.limits, decimals
        drawn = quarter_draws(history, quarters, year, *n) if quarters is not None else None
        drawn = drawn or (part_draws(history, parts, year, draws[:, column], decimals) if parts is not None else None)
        if drawn is None:
            continue
        draws = draws[draws[:, column].argsort(kind="stable")]
        draws[:, column:] += (np.sort(drawn[0]) - draws[:, column])[:, None]
        steps.append(drawn[1])
    return (expected.moved(draws), tuple(steps)) if steps else (expected, ())


def part_draws(
    history: pd.Series, parts: pd.DataFrame, year: int, plain: np.ndarray, decimals: int
) -> tuple[np.ndarray, Narrowing] | None:
    """A year's figure in as many futures as `plain` has, given its longest part that narrows it, and what it rests on.

    The year is the part times the mean ratio of such parts to their years before, or the part and the mean difference,
    whichever came nearer to each of these years from the others; around it a t distribution as wide as it missed them.
    """
    whole = pd.Series(history.to_numpy(), index=history.index.year)
    for months, known in parts[parts["year"] == year].set_index("months")["value"].sort_index(ascending=False).items():
        before = parts[(parts["months"] == months) & parts["year"].isin(whole.index) & (parts["year"] < year)]
        part, figure, n = before["value"].to_numpy(float), whole[before["year"]].to_numpy(), len(before)
        if n < LEAST_CASES:
            continue
        ways = {"difference": (part + _others(figure - part), known + (figure - part).mean())}
        if min(known, *part) > 0:
            ways["ratio"] = part * _others(figure / part), known * (figure / part).mean()
        guess, centre = min(ways.values(), key=lambda way: float(((figure - way[0]) ** 2).sum()))
        apart = figure - guess
        values = centre + _width(apart, decimals) * np.random.default_rng(SEED).standard_t(n - 1, len(plain))
        if np.ptp(np.quantile(values, [0.1, 0.9])) < np.ptp(np.quantile(plain, [0.1, 0.9])):
            return values, Narrowing(year, {months: known}, n, float(np.abs(apart).max()), int(months))
    return None


def _others(values: np.ndarray) -> np.ndarray:
    """The mean of the other values, for each."""
    return (values.sum() - values) / (len(values) - 1)


def quarter_draws(
    history: pd.Series, quarters: pd.Series, year: int, n: int, limits: tuple[float, float], decimals: int
) -> tuple[np.ndarray, Narrowing] | None:
    """A year's figure in n futures given its known quarters, and what it rests on; none with too few cases.

    The first quarters of a year that follows the last figure are gone on from by the quarterly forecast. Any other
    subset gives their mean, and around it a t distribution as wide as years lay from the mean of such quarters.
    """
    known = quarters[quarters.index.year == year].dropna()
    if known.empty:
        return None
    lot = np.random.default_rng(SEED)
    apart = distances(history, quarters)
    first = list(range(1, len(known) + 1))  # none left out, and nothing later is known
    leading = list(known.index.quarter) == first and quarters.index[-1] == known.index[-1]
    whole = leading and len(apart) >= LEAST_YEARS
    if whole:
        values = year_from_quarters(quarters, known, n, limits, decimals) + lot.choice(apart, n)
    else:
        apart = subset_distances(history, quarters, set(known.index.quarter))
        if len(apart) < LEAST_CASES:
            return None
        values = known.mean() + _width(apart, decimals) * lot.standard_t(len(apart), n)
    shown = dict(zip(known.index.quarter.tolist(), known.tolist(), strict=True))
    return values, Narrowing(year, shown, len(apart), float(np.abs(apart).max()), whole=whole)


def _width(apart: np.ndarray, decimals: int) -> float:
    """The spread of such distances; half a unit of print is the least that isn't known of a year from rounded parts."""
    return float(np.hypot(np.sqrt((apart**2).mean()), 10.0**-decimals / np.sqrt(12)))


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
    asked = {"horizon": missing, "frequency": "quarterly", "size": n, "seed": SEED, "decimals": decimals}
    return (known.sum() + forecast(quarters, None, *limits, **asked).draws.sum(axis=1)) / 4
