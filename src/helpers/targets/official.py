"""What Eurostat, ESCAP and the OECD would say of a target, and a plain straight line.

Each publishes words or arrows, and only the OECD a probability. To compare them with ours, a word is given the share
of targets of which it was said that were then met (`WORDS`). Those shares were measured on the very panel on which the
methods are scored, and where a note leaves a choice open the choice with the best score was taken: the kindest
reading that the notes allow.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from helpers import UserError
from helpers.forecast import LEVELS, likely_bounds, redraw
from helpers.targets.precision import is_higher

DRAWS = 2_000
SEED = 2023
SIGNIFICANT, MODERATE = 0.95, 0.60  # Eurostat's thresholds of the ratio of actual to required growth
NEAR = 0.10  # ESCAP: a gap of a tenth of the progress needed still counts as on track
AGEING = 0.5  # weight of a figure relative to the figure one year younger
TREND_LEVEL = 0.10  # the OECD's level of significance for a trend
LIKELY, UNLIKELY = 0.75, 0.25

WORDS = {
    "eurostat": {
        "target met": 0.73,
        "significant progress": 0.41,
        "moderate progress": 0.19,
        "insufficient progress": 0.12,
        "movement away": 0.17,
    },
    "escap": {"on track": 0.71, "accelerate": 0.29, "reverse": 0.17},
    "linear": {"met": 0.70, "missed": 0.31},
}


class Judgement(NamedTuple):
    """Verdict, probability (0 to 1) and predicted value for each target; predicted distribution for each year.

    `points` holds equally likely values, a column a year; a single row where the method predicts one value only.
    """

    verdict: np.ndarray
    probability: np.ndarray
    predicted: np.ndarray
    points: np.ndarray


def methods(history: pd.Series, target: float, year: int, better: str, since: int | None = None) -> pd.DataFrame:
    """Official methods side by side: method, verdict, probability (0 to 1), predicted (unit of the indicator).

    since: the year from which ESCAP's word counts progress, so that it speaks of the plan's years; else the first.
    """
    last = _figures(history)[0][-1]
    if year <= last:
        raise UserError(f"target year {year} is not after the last figure ({last}): compare the figure itself")
    rows = []
    for name in OFFICIAL:
        baseline = {"baseline": since} if name == "escap" else {}
        answer = METHODS[name](history, np.array([[float(target)]]), np.array([year]), better, **baseline)
        rows.append((name, str(answer.verdict[0, 0]), float(answer.probability[0, 0]), float(answer.predicted[0])))
    return pd.DataFrame(rows, columns=["method", "verdict", "probability", "predicted"])


def eurostat(
    history: pd.Series, target: np.ndarray, year: np.ndarray, better: str, baseline: int | None = None
) -> Judgement:
    """Verdict from the ratio of the actual to the required compound annual growth rate (no unit).

    CAGR_a = (y_t / y_0)^(1/(t - t_0)) - 1;  CAGR_r = (target / y_0)^(1/(T - t_0)) - 1;  ratio = CAGR_a / CAGR_r;
    at least 95 % significant progress, at least 60 % moderate, at least 0 % insufficient, below 0 movement away.
    Source: Eurostat, "Sustainable development in the European Union: monitoring report", annex on the method, 2019-24.
    Edge cases after Statistics Canada's account of it (open-sdg, docs/progress-methodology.md): the sign is that of
    the wanted direction, ratio = d CAGR_a / |CAGR_r|, and a target already reached is "target met".
    Eurostat looks at 5 and 15 years; here `baseline` or, without it, 5 years. Where growth rates do not exist
    (a figure or target at or below zero) average yearly changes take their place.
    """
    years, values = _figures(history)
    start = _start(years, baseline if baseline is not None else years[-1] - 5)
    sign = 1 if is_higher(better) else -1
    past, ahead, gap = years[-1] - years[start], year - years[start], year - years[-1]
    step, grows = (values[-1] - values[start]) / past, min(values[start], values[-1]) > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        actual = (values[-1] / values[start]) ** (1 / past) - 1 if grows else np.nan
        required = (target / values[start]) ** (1 / ahead) - 1
        plain = sign * step / np.abs((target - values[start]) / ahead)
        ratio = np.where(grows & (target > 0), sign * actual / np.abs(required), plain)
    ratio = np.nan_to_num(ratio, nan=0.0)
    bands = [ratio >= SIGNIFICANT, ratio >= MODERATE, ratio >= 0]
    words = np.select(bands, list(WORDS["eurostat"])[1:4], "movement away")
    verdict = np.where(_reaches(values[-1], target, better), "target met", words)
    predicted = values[-1] * (1 + actual) ** gap if grows else values[-1] + step * gap
    return Judgement(verdict, _chance("eurostat", verdict), predicted, predicted[None, :])


def escap(
    history: pd.Series, target: np.ndarray, year: np.ndarray, better: str, baseline: int | None = None
) -> Judgement:
    """Verdict from the anticipated progress index: the share (0 to 1) of the progress needed that will be missing.

    The value of the target year is predicted by a regression on time in which younger figures weigh more;
    gap = |target - predicted| / |target - y_0|, zero if the prediction reaches the target. Up to 10 % on track;
    more, but nearer to the target than at the start, accelerate; as far as at the start or farther, reverse.
    Source: ESCAP, "Asia and the Pacific SDG progress report", annex 1, technical notes; Bidarbakht Nia (2017),
    "A weighted extrapolation method for measuring the SDGs progress", ESCAP Statistics Division, SD/WP/04.
    The weights are not in the parts of the notes that could be read: halving with each year of age was the kindest of
    six schemes tried. y_0 is the figure of `baseline` or the first.
    """
    years, values = _figures(history)
    start = _start(years, baseline if baseline is not None else years[0])
    predicted, points = _regression(years, values, year, AGEING ** (years[-1] - years).astype(float))
    needed = np.maximum(np.abs(target - values[start]), 1e-12)
    gap = np.where(_reaches(predicted, target, better), 0.0, np.abs(target - predicted) / needed)
    verdict = np.select([gap <= NEAR, gap < 1], ["on track", "accelerate"], "reverse")
    return Judgement(verdict, _chance("escap", verdict), predicted, points)


def oecd(history: pd.Series, target: np.ndarray, year: np.ndarray, better: str) -> Judgement:
    """Probability of the target, 0 to 1: the share of simulated paths that meet it in the target year.

    Spearman's rank correlation of figures with years decides at 10 % whether there is a trend. Paths start from the
    last figure and add yearly changes drawn with replacement from the past (growth rates where all figures are
    positive), without their mean where there is no trend; shares and counts stay within their bounds.
    Words: likely from 75 %, unlikely up to 25 %, otherwise uncertain.
    Source: OECD (2022), "The short and winding road to 2030", annex A: trends by a rank test, and the likelihood of a
    target by stochastic projections. The resampling is not in the part of the annex that could be read. Of growth
    rates, differences and normal steps, each with and without the rank test, and residuals of a line, this was the
    kindest on the panel.
    """
    years, values = _figures(history)
    steps = np.asarray(year) - years[-1]
    paths = redraw(values, int(steps.max()), DRAWS, SEED, trend=_has_trend(years, values))
    points = np.clip(paths[:, steps - 1], *likely_bounds(values))
    chance = np.stack([_reaches(points, row, better).mean(axis=0) for row in target])
    verdict = np.select([chance >= LIKELY, chance > UNLIKELY], ["likely", "uncertain"], "unlikely")
    return Judgement(verdict, chance, np.median(points, axis=0), points)


def linear(history: pd.Series, target: np.ndarray, year: np.ndarray, better: str) -> Judgement:
    """Verdict of a straight line through the figures by least squares, prolonged to the target year.

    y = a + b t; "met" if the line reaches the target. No publisher: it is what most readers do with a ruler.
    Its distribution is the usual prediction interval of the regression.
    """
    years, values = _figures(history)
    predicted, points = _regression(years, values, year, np.ones(len(years)))
    verdict = np.where(_reaches(predicted, target, better), "met", "missed")
    return Judgement(verdict, _chance("linear", verdict), predicted, points)


Method = Callable[[pd.Series, np.ndarray, np.ndarray, str], Judgement]
METHODS: dict[str, Method] = {"linear": linear, "eurostat": eurostat, "escap": escap, "oecd": oecd}
OFFICIAL = ("eurostat", "escap", "oecd", "linear")  # in the order in which they are shown


def _figures(history: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Years and values of a yearly series, missing ones left out."""
    known = history.dropna().sort_index()
    if len(known) < 3:
        raise UserError(f"{len(known)} figures are too few for the official methods: give at least 3 years")
    index = known.index
    years = index.year if isinstance(index, pd.PeriodIndex | pd.DatetimeIndex) else index
    return np.asarray(years, dtype=int), known.to_numpy(dtype=float)


def _start(years: np.ndarray, baseline: int) -> int:
    """Position of the baseline year: the first figure not before it, but never one of the last two."""
    return int(min(np.searchsorted(years, baseline), len(years) - 3))


def _reaches(value: np.ndarray, target: np.ndarray, better: str) -> np.ndarray:
    """True where the value is on the wanted side of the target, or on it."""
    beyond = value - target if is_higher(better) else target - value
    return beyond >= -1e-9 * np.maximum(1.0, np.abs(target))


def _chance(method: str, verdict: np.ndarray) -> np.ndarray:
    """Probability, 0 to 1, given to each word of a method."""
    shares = WORDS[method]
    return np.select([verdict == word for word in shares], list(shares.values()), np.nan)


def _regression(
    years: np.ndarray, values: np.ndarray, ahead: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Prediction of a weighted line for the years ahead, and 199 equally likely values of its t distribution."""
    from scipy.special import stdtrit

    weights = weights / weights.mean()
    design = np.column_stack([np.ones(len(years)), years - years[-1]])
    inverse = np.linalg.inv(design.T @ (weights[:, None] * design))
    line = inverse @ (design.T @ (weights * values))
    residuals, freedom = values - design @ line, len(values) - 2
    variance = (weights * residuals**2).sum() / freedom
    new = np.column_stack([np.ones(len(ahead)), ahead - years[-1]])
    spread = np.sqrt(variance * (1 + np.einsum("ij,jk,ik->i", new, inverse, new)))
    return new @ line, new @ line + stdtrit(freedom, LEVELS)[:, None] * spread


def _has_trend(years: np.ndarray, values: np.ndarray) -> bool:
    """True if figures and years are rank-correlated at the OECD's level of significance."""
    from scipy.special import stdtr  # scipy.stats, which has this very test, takes a second to load

    freedom = len(values) - 2
    ranked = pd.Series(years).rank().corr(pd.Series(values).rank()) if np.ptp(values) > 0 else 0.0
    score = abs(ranked) * np.sqrt(freedom / max(1 - ranked**2, 1e-12))
    return bool(2 * stdtr(freedom, -score) < TREND_LEVEL)
