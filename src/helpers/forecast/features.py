"""What a history looks like, in numbers without a unit: by these the ensemble's forecast is corrected.

Even features say how a series moves and stay the same if it is turned upside down; odd ones say which way, and change
their sign. Steps are changes from one period to the next, in parts of their mean size.
"""

import numpy as np

from helpers.forecast.mixture import QUARTILES

MOST_DECIMALS = 6
NEAR = 5  # steps within which a bound is near


def decimals(values: np.ndarray) -> np.ndarray:
    """Digits after the point that lose none of a row's values, at most 6: [series]."""
    slack = 1e-9 * np.maximum(1, np.abs(values))
    places = [(np.abs(np.round(values, d) - values) <= slack).all(1) for d in range(MOST_DECIMALS)]
    return np.argmax([*places, np.ones(len(values), bool)], axis=0)


def edges(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How near the last value is to 0, and to 100 where values may be percentages: 0 (far) to 1, [series] each."""
    reach, last = np.abs(np.diff(values, axis=1)).mean(1) * NEAR, values[:, -1]
    near_zero = np.where(values.min(1) >= 0, np.exp(-np.maximum(last, 0) / reach), 0.0)
    return near_zero, np.where(percentages(values), np.exp(-np.maximum(100 - last, 0) / reach), 0.0)


def even(values: np.ndarray, trust: np.ndarray, width: np.ndarray, apart: np.ndarray) -> dict[str, np.ndarray]:
    """Even features by name, [series] each, of rows of values that are not flat.

    trust: in the bold reading, 0-1. width: the mixture's quantiles [series, probability, horizon] around its centre,
    in steps. apart: the members' mean distance from the centre at the fourth period or the last, in steps.
    """
    wide = (width[:, QUARTILES[1], 0] - width[:, QUARTILES[0], 0]) / 1.349
    doubt = {"trust": trust, "mixture width": np.log(wide + 0.05), "members apart": np.log(apart + 0.1)}
    return {"constant": np.ones(len(values))} | moves(values) | place(values) | doubt | printing(values)


def moves(values: np.ndarray) -> dict[str, np.ndarray]:
    """Even features of the steps: how long, how steady, how large of late, [series] each."""
    step = np.diff(values, axis=1)
    one = step / np.abs(step).mean(1)[:, None]
    jumps, mean = np.abs(one), one.mean(1)
    around = one - mean[:, None]
    return {
        "length": np.log(np.full(len(values), values.shape[1]) / 15),
        "trend": np.arcsinh(np.abs(_t_ratio(one))),
        "steady": np.abs(mean),
        "steady amount": np.abs(mean) * ((values.min(1) >= 0) & ~percentages(values)),
        "one way": np.abs(np.sign(step).mean(1)),
        "unchanged": (step == 0).mean(1),
        "unchanged of late": (step[:, -3:] == 0).mean(1),
        "largest step": np.log(np.clip(jumps.max(1), 1, 10)) - 1,
        "last step": np.log(jumps[:, -1] + 0.1),
        "last two steps": np.log(jumps[:, -2:].mean(1) + 0.1),
        "last four steps": np.log(jumps[:, -4:].mean(1) + 0.1),
        "steps in a row": (one[:, 1:] * one[:, :-1]).sum(1) / (one**2).sum(1),
        "swings": (around[:, 1:] * around[:, :-1]).sum(1) / ((around**2).sum(1) + 1),
    }


def place(values: np.ndarray) -> dict[str, np.ndarray]:
    """Even features of where the last value stands, [series] each."""
    size, last = np.abs(np.diff(values, axis=1)).mean(1), values[:, -1]
    near_zero, near_hundred = edges(values)
    return {
        "far from mean": np.arcsinh(np.abs(last - values.mean(1)) / size),
        "at its extreme": ((last >= values.max(1)) | (last <= values.min(1))).astype(float),
        "step to level": np.clip(np.log(size / np.abs(values).mean(1)), -8, 2) / 2,
        "no negatives": (values.min(1) >= 0).astype(float),
        "percent": percentages(values).astype(float),
        "near zero": near_zero,
        "near hundred": near_hundred,
    }


def printing(values: np.ndarray) -> dict[str, np.ndarray]:
    """Even features of how figures are printed, [series] each."""
    size, places = np.abs(np.diff(values, axis=1)).mean(1), decimals(values)
    return {
        "whole numbers": (places == 0).astype(float),
        "many decimals": (places >= 4).astype(float),
        "step to print": np.log(np.clip(size * 10.0**places, 0.05, 1e3)) / 2,
    }


def percentages(values: np.ndarray) -> np.ndarray:
    """Whether all values of a row lie in 0-100: [series]."""
    return (values.min(1) >= 0) & (values.max(1) <= 100)


def odd(values: np.ndarray) -> dict[str, np.ndarray]:
    """Odd features by name, [series] each, of rows of values that are not flat."""
    step = np.diff(values, axis=1)
    size = np.abs(step).mean(1)
    one, least, last = step / size[:, None], values.min(1), values[:, -1]
    near_zero, near_hundred = edges(values)
    with np.errstate(divide="ignore"):
        share = np.where(least >= 0, np.clip(size / np.abs(last), 0, 1), 0.0)
    return {
        "rising": np.arcsinh(_t_ratio(one)),
        "more rises": np.sign(step).mean(1),
        "last rise": np.arcsinh(one[:, -1]),
        "last three rises": np.arcsinh(one[:, -3:].sum(1)),
        "above mean": np.arcsinh((last - values.mean(1)) / size),
        "positive": (least > 0).astype(float),
        "above zero": near_zero,
        "below hundred": -near_hundred,
        "skew": np.tanh((one**3).mean(1) / (one**2).mean(1) ** 1.5),
        "step of last value": share,
    }


def _t_ratio(one: np.ndarray) -> np.ndarray:
    """Mean step over its standard error, one step of noise taken for granted: [series]."""
    count = one.shape[1]
    mean = one.mean(1)
    return mean * count / np.sqrt((one**2).sum(1) - count * mean**2 + 1)
