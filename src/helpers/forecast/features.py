"""What a history looks like, in numbers without a unit: by these the ensemble's forecast is corrected.

Even features say how a series moves and stay the same if it is turned upside down; odd ones say which way, and change
their sign. Steps are changes from one period to the next, in parts of their mean size.
"""

import numpy as np

from helpers.forecast.centres import step_size

MOST_DECIMALS = 6
NEAR = 5  # steps within which a bound is near


def decimals_by_row(values: np.ndarray) -> np.ndarray:
    """Digits after the point that lose none of a row's values, at most 6: [series]."""
    slack = 1e-9 * np.maximum(1, np.abs(values))
    places = [(np.abs(np.round(values, d) - values) <= slack).all(1) for d in range(MOST_DECIMALS)]
    return np.argmax([*places, np.ones(len(values), bool)], axis=0)


def percentages(values: np.ndarray) -> np.ndarray:
    """Whether all values of a row lie in 0-100: [series]."""
    return (values.min(1) >= 0) & (values.max(1) <= 100)


def odd(values: np.ndarray) -> dict[str, np.ndarray]:
    """Odd features by name, [series] each, of rows of values that are not flat.

    How near the last value is to 0, and to 100 where values may be percentages, runs from 0 (far) to 1.
    """
    step, size, least, last = np.diff(values, axis=1), step_size(values), values.min(1), values[:, -1]
    one, reach, count = step / size[:, None], size * NEAR, step.shape[1]
    error = np.sqrt((one**2).sum(1) - count * one.mean(1) ** 2 + 1) / count  # one step of noise taken for granted
    with np.errstate(divide="ignore"):
        share = np.where(least >= 0, np.clip(size / np.abs(last), 0, 1), 0.0)
    return {
        "rising": np.arcsinh(one.mean(1) / error),
        "more rises": np.sign(step).mean(1),
        "last rise": np.arcsinh(one[:, -1]),
        "last three rises": np.arcsinh(one[:, -3:].sum(1)),
        "above mean": np.arcsinh((last - values.mean(1)) / size),
        "positive": (least > 0).astype(float),
        "above zero": np.where(least >= 0, np.exp(-np.maximum(last, 0) / reach), 0.0),
        "below hundred": -np.where(percentages(values), np.exp(-np.maximum(100 - last, 0) / reach), 0.0),
        "skew": np.tanh((one**3).mean(1) / (one**2).mean(1) ** 1.5),
        "step of last value": share,
    }


def even(values: np.ndarray, signed: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Even features by name, [series] each, of rows of values that are not flat; signed: their odd features."""
    unsigned = {
        "trend": np.abs(signed["rising"]),
        "one way": np.abs(signed["more rises"]),
        "far from mean": np.abs(signed["above mean"]),
        "near zero": signed["above zero"],
        "near hundred": -signed["below hundred"],
    }
    return {"constant": np.ones(len(values))} | moves(values) | unsigned | place(values)


def moves(values: np.ndarray) -> dict[str, np.ndarray]:
    """Even features of the steps: how long, how steady, how large of late, [series] each."""
    step = np.diff(values, axis=1)
    one = step / step_size(values)[:, None]
    jumps, mean = np.abs(one), one.mean(1)
    around = one - mean[:, None]
    return {
        "length": np.log(np.full(len(values), values.shape[1]) / 15),
        "steady": np.abs(mean),
        "steady amount": np.abs(mean) * ((values.min(1) >= 0) & ~percentages(values)),
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
    """Even features of where the last value stands and how figures are printed, [series] each."""
    size, places, last = step_size(values), decimals_by_row(values), values[:, -1]
    return {
        "at its extreme": ((last >= values.max(1)) | (last <= values.min(1))).astype(float),
        "step to level": np.clip(np.log(size / np.abs(values).mean(1)), -8, 2) / 2,
        "no negatives": (values.min(1) >= 0).astype(float),
        "percent": percentages(values).astype(float),
        "whole numbers": (places == 0).astype(float),
        "many decimals": (places >= 4).astype(float),
        "step to print": np.log(np.clip(size * 10.0**places, 0.05, 1e3)) / 2,
    }
