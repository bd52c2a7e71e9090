"""The ensemble: the median of seven simple forecasts, drawn in where a trend is doubtful, in a calibrated width.

A median of members with naive among them shrinks towards no change (Petropoulos and Svetunkov 2020 combine models
this way); its width is the cautious mixture's, joined by the members' disagreement (`widths.py`, learnt by
`benchmarks/tune.py`). Yearly forecasts are then corrected by what the world's official series teach (`corrections.py`)
and given the chance of no change that their past shows (`unchanged.py`). Distances are in steps: mean absolute changes.
"""

from typing import NamedTuple

import numpy as np

from helpers.forecast import centres, corrections, features as shapes, mixture, unchanged, widths
from helpers.forecast.centres import step_size
from helpers.forecast.mixture import MEDIAN, PROBABILITIES

MEMBERS = ("naive", "theil_sen", "theta_cautious", "theta_bold", *mixture.READINGS)
FEATURES = ("one", "jump", "unchanged")
TEMPERS = (0.2, 1.0)  # of the two thetas' likelihood: cautious, bold
FAR = 4  # periods ahead at which the members' disagreement is judged


class Parts(NamedTuple):
    """What the members say of rows of values, as distance from the last value in steps."""

    members: np.ndarray  # [series, member, horizon]
    level: np.ndarray  # simple exponential smoothing, [series]
    reverting: np.ndarray  # AR(1) about the mean, [series, horizon]
    width: np.ndarray  # of the mixture, around its centre, [series, probability, horizon]
    trust: np.ndarray  # 0-1, in the bold reading alone, [series]


def naive(values: np.ndarray, horizon: int) -> np.ndarray:
    """Quantiles of a random walk without drift, Student-t steps: [series, probability, horizon]."""
    from scipy.special import stdtrit

    n, step = values.shape[1], np.diff(values, axis=1)
    deviation = np.sqrt(((step**2).sum(1) + step_size(values) ** 2) / n)
    score = stdtrit(min(n, 10), PROBABILITIES)[:, None] * np.sqrt(np.arange(1, horizon + 1))
    return values[:, -1, None, None] + deviation[:, None, None] * score


def parts(values: np.ndarray, horizon: int) -> Parts:
    """Members, width and trust for rows of equal length that are not flat.

    Cut at 2.5 times the largest step seen per period, because exponential growth has no end on a log scale. Trust is
    full where the bold reading foresees the next step within half the usual one: there the past is smooth.
    """
    posterior, size = mixture.fit(values, horizon), step_size(values)
    steps = np.arange(1, horizon + 1)
    limit = (2.5 * np.abs(np.diff(values, axis=1)).max(1) / size)[:, None] * steps
    quantiles = {name: mixture.quantiles(posterior, name) for name in mixture.READINGS}
    last = np.repeat(values[:, -1:], horizon, axis=1)
    line = last + centres.theil_sen(values)[:, None] * steps
    thetas, medians = (centres.theta(values, horizon, t) for t in TEMPERS), (q[:, MEDIAN] for q in quantiles.values())
    members = np.stack([last, line, *thetas, *medians], axis=1)
    away = np.clip((members - last[:, None]) / size[:, None, None], -limit[:, None], limit[:, None])
    wide, narrow = ((q - q[:, MEDIAN, None]) / size[:, None, None] for q in (quantiles["cautious"], quantiles["bold"]))
    low, high = (PROBABILITIES.searchsorted(p - 1e-9) for p in (0.15, 0.85))
    trust = np.clip(3 - 4 * (narrow[:, high, 0] - narrow[:, low, 0]) / 2.0729, 0, 1)
    wide = np.clip(wide, -limit[:, None], limit[:, None])
    narrow = np.clip(narrow, np.minimum(wide, 0), np.maximum(wide, 0))  # trust may only narrow
    level = (centres.smoothed(values) - values[:, -1]) / size
    reverting = (centres.reverting(values, horizon) - values[:, -1:]) / size[:, None]
    return Parts(away, level, reverting, wide + trust[:, None, None] * (narrow - wide), trust)


def trend_kept(values: np.ndarray) -> np.ndarray:
    """Part of the way from the smoothed level to the members' median that is kept, for each row: 0.5-1.

    Half the squared t-ratio of the mean change: a drift that its own noise explains is halved.
    """
    step = np.diff(values, axis=1)
    ratio = step.mean(1) ** 2 * step.shape[1] / np.maximum(step.var(1, ddof=1), 1e-12 * step_size(values) ** 2)
    return np.clip(ratio / 2, 0.5, 1)


def centre(values: np.ndarray, forecasts: Parts) -> np.ndarray:
    """Point forecast in steps from the last value: [series, horizon].

    The members' median; half way to AR(1) where the mean so far foretold better than the last value; the bold reading
    where it is trusted; drawn in to the smoothed level where the trend is doubtful, and to the last value in series of
    fewer than ten values, whose trends seldom last.
    """
    median = np.median(forecasts.members, axis=1)
    median = np.where(centres.returns(values)[:, None], (median + forecasts.reverting) / 2, median)
    trust = forecasts.trust[:, None]
    median += trust * (forecasts.members[:, MEMBERS.index("bold")] - median)
    share = np.maximum(trend_kept(values), forecasts.trust)[:, None]
    drawn = forecasts.level[:, None] + share * (median - forecasts.level[:, None])
    return drawn * np.clip((values.shape[1] - 2) / 8, 0.3, 1)


def features(values: np.ndarray) -> np.ndarray:
    """Columns FEATURES for each row of values, as `features.moves` has them; none depends on the data's unit."""
    moves = shapes.moves(values)
    return np.column_stack([np.ones(len(values)), moves["largest step"], 2 * moves["unchanged"]])


def widening(x: np.ndarray, horizon: int, period: int = 1) -> np.ndarray:
    """Factor on the mixture's width by row of features: [series, probability, horizon].

    Learnt on years. Quarters tell less of how doubt grows with the horizon: none is taken off the first, and half is
    added to the later ones.
    """
    coefficients = np.array(widths.WIDTHS)
    late = np.log(np.arange(1, horizon + 1)) - 0.8
    late = late if period == 1 else np.maximum(late, 0) / 2
    log = np.clip((x @ coefficients[:, :-1].T)[:, :, None] + coefficients[:, -1, None] * late, -1.5, 1.5)
    return np.exp(np.einsum("slh,lp->sph", log, corrections.shares()))


def spread(point: np.ndarray, forecasts: Parts, x: np.ndarray, period: int = 1) -> np.ndarray:
    """Ensemble quantiles in steps from the last value: the mixture's width, widened, and the members' disagreement."""
    trending = forecasts.members[:, [i for i, name in enumerate(MEMBERS) if name not in ("naive", "bold")]]
    apart = np.abs(trending - point[:, None]).mean(1) * (1 - forecasts.trust)[:, None] * widths.DISAGREEMENT
    width = forecasts.width * widening(x, point.shape[1], period)
    return np.sort(with_error(point[:, None] + width, apart[:, None]), axis=1)


def with_error(q: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Quantiles [series, probability, horizon] with an independent normal error of this deviation added."""
    from scipy.special import ndtri

    middle, score = q[:, MEDIAN, None], ndtri(PROBABILITIES)[:, None]
    return middle + np.sign(score) * np.hypot(q - middle, score * error)


def view(values: np.ndarray, horizon: int) -> corrections.View:
    """The uncorrected ensemble of yearly rows of equal length that are not flat, and what it is corrected by.

    Always computed FAR periods ahead, so that a year's forecast doesn't depend on how many follow it.
    """
    forecasts = parts(values, max(horizon, FAR))
    point = centre(values, forecasts) * (1 - centres.rest(values, forecasts.trust))[:, None]
    quantiles = spread(point, forecasts, features(values))
    apart = np.abs(forecasts.members[:, :, FAR - 1] - point[:, None, FAR - 1]).mean(1)
    level = np.broadcast_to(forecasts.level[:, None], point.shape)
    line, momentum = (forecasts.members[:, MEMBERS.index(name)] for name in ("theil_sen", "momentum"))
    pulls = np.stack([np.zeros_like(point), level, forecasts.reverting, line, momentum])
    width = np.log(mixture.deviation(forecasts.width)[:, 0])
    doubt = {"trust": forecasts.trust, "mixture width": width, "members apart": np.log(apart + 0.1)}
    odd = shapes.odd(values)
    return corrections.View(quantiles[:, :, :horizon], pulls[:, :, :horizon], shapes.even(values, odd) | doubt, odd)


def ensemble(values: np.ndarray, horizon: int, period: int = 1) -> np.ndarray:
    """Quantiles at PROBABILITIES for rows of equal length that are not flat: [series, probability, horizon]."""
    if period == 1:
        away = corrections.correct(view(values, horizon), corrections.read())
        away = unchanged.with_rest(away, unchanged.past(values, horizon))
    else:
        forecasts = parts(values, horizon)
        away = spread(centre(values, forecasts), forecasts, features(values), period)
    return values[:, -1, None, None] + step_size(values)[:, None, None] * away
