"""Learns the ensemble's weights and widths on the development sets: `python benchmarks/tune.py DATA [--write]`.

1. Member weights: a softmax in the features, by CRPS and absolute error in steps, each field of data counting the same.
2. Widths: quantile regression of the pooled error in units of the pooled width, a level at a time (50, 80, 95 %).
Prints what it chose, and cross-validation: each field, then each quarter of the series, scored by coefficients learnt
without it. `--write` puts the coefficients, learnt on all sets, into src/helpers/forecast_weights.py.
"""

import argparse
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import numpy as np
from development_sets import Case, read_all
from scipy.special import ndtri

from helpers.engine import ensemble as engine, weights as learnt
from helpers.engine.series import FREE, bound

TARGET = Path(engine.__file__).with_name("weights.py")
SEVEN = np.array([0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975])
AT = [int(np.argmin(abs(engine.PROBABILITIES - p))) for p in SEVEN]
LEVELS = ((2, 4, 0.25), (1, 5, 0.1), (0, 6, 0.025))  # columns of SEVEN and the probability outside, on each side
MILD = 20.0  # steps: a series that even naive misses by more counts less, or one disaster would rule
PENALTY = 3e-4
SHARE_OF_MEDIAN = 0.35  # weight of the absolute error beside the CRPS
FOR_WEIGHTS = ("one", "trend", "signal")
FOR_WIDTHS = ("one", "length", "trend", "level", "jump", "signal", "turning", "level x signal")
# In the widths a field where intervals fall short counts more: too wide does less harm than too narrow.
FIELD_WEIGHT = {"M1": 2.0, "World Bank": 0.8, "Kazakh panel": 1.8}


class Batch(NamedTuple):
    """A set ready for learning: members and outcomes in steps from the last value."""

    name: str
    members: np.ndarray
    x: np.ndarray
    future: np.ndarray
    room: np.ndarray  # steps from the last value down to 0 where no value is negative, else infinite
    weight: np.ndarray
    naive: float
    fold: np.ndarray


def prepare(name: str, cases: list[Case]) -> Batch:
    """Members, features and outcomes of a set; a panel's series weigh alike within an indicator."""
    horizon = len(cases[0].future)
    members = np.empty((len(cases), len(engine.MEMBERS), len(engine.PROBABILITIES), horizon))
    x, lengths = np.empty((len(cases), len(engine.FEATURES))), np.array([len(c.history) for c in cases])
    for n in np.unique(lengths):
        for rows in np.array_split(np.flatnonzero(lengths == n), 1 + (lengths == n).sum() // 50):
            values = np.array([cases[i].history for i in rows])
            members[rows] = engine.member_quantiles(values, horizon)
            x[rows] = engine.features(values, members[rows])
    return batch(name, cases, members, x)


def batch(name: str, cases: list[Case], members: np.ndarray, x: np.ndarray) -> Batch:
    """A Batch from cases and the engine's tables."""
    step = np.array([np.abs(np.diff(c.history)).mean() for c in cases])
    lasts = np.array([c.history[-1] for c in cases])
    future = (np.array([c.future for c in cases]) - lasts[:, None]) / step[:, None]
    room = np.where([c.history.min() >= 0 for c in cases], lasts / step, np.inf)
    keys = [c.series.split("#")[0].split("|")[-1] for c in cases]
    _, group, size = np.unique(
        keys if "#" in cases[0].series else range(len(cases)), return_inverse=True, return_counts=True
    )
    weight = 1 / size[group] / len(size) * np.minimum(1, MILD / np.maximum(np.abs(future).mean(1), 1e-9))
    root = np.array([np.sqrt((np.diff(c.history) ** 2).mean()) for c in cases]) / step
    naive = root[:, None, None] * ndtri(SEVEN)[:, None] * np.sqrt(np.arange(1, future.shape[1] + 1))
    loss = (pinball(future[:, None] - naive) * weight[:, None, None]).sum() / 7 / future.shape[1] * 2
    return Batch(name, members, x, future, room, weight, loss, np.array([crc32(k.encode()) % 4 for k in keys]))


def part(b: Batch, rows: np.ndarray) -> Batch:
    """Some rows of a batch."""
    weight = b.weight[rows] / b.weight[rows].sum() * b.weight.sum()
    return b._replace(
        members=b.members[rows], x=b.x[rows], future=b.future[rows], room=b.room[rows], weight=weight, fold=b.fold[rows]
    )


def pinball(error: np.ndarray) -> np.ndarray:
    """Pinball loss of errors [series, seven, horizon]."""
    return np.maximum(SEVEN[:, None] * error, (SEVEN[:, None] - 1) * error)


def softmax(score: np.ndarray) -> np.ndarray:
    """Rows summing to 1."""
    e = np.exp(score - score.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def descend(gradient, start: np.ndarray, steps: int, rate: float) -> np.ndarray:
    """Minimiser of a convex-like loss by Adam with a falling rate."""
    theta, m, v = start.copy(), 0.0, 0.0
    for i in range(steps):
        g = gradient(theta)
        m, v = 0.9 * m + 0.1 * g, 0.99 * v + 0.01 * g**2
        theta -= rate * (1 - i / steps) * (m / (1 - 0.9 ** (i + 1))) / (np.sqrt(v / (1 - 0.99 ** (i + 1))) + 1e-8)
    return theta


def weights_gradient(theta: np.ndarray, b: Batch) -> np.ndarray:
    """Slope of CRPS + absolute error in the softmax coefficients."""
    w = softmax(b.x @ theta.T)
    q = b.members[:, :, AT]
    error = b.future[:, None] - np.einsum("sm,smph->sph", w, q)
    slope = np.where(error > 0, -SEVEN[:, None], 1 - SEVEN[:, None]) * 2 / 7
    slope[:, 3] -= SHARE_OF_MEDIAN * np.sign(error[:, 3])
    slope *= b.weight[:, None, None] / b.future.shape[1] / b.naive
    dw = np.einsum("sph,smph->sm", slope, q)
    return (w * (dw - (w * dw).sum(1, keepdims=True))).T @ b.x


def unsqueezed(b: Batch) -> np.ndarray:
    """Outcomes as they would lie had forecasts no bound at 0: the inverse of forecast_series.bound()."""
    room = b.room[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        rest = (1 - FREE) * room
        excess = -rest * np.log(np.maximum(room + b.future, 0) / rest)
        return np.where((-b.future > FREE * room) & (room > 0), -(FREE * room + excess), b.future)


def widths_gradient(theta: np.ndarray, b: Batch, pooled: np.ndarray, future: np.ndarray) -> np.ndarray:
    """Slope of the quantile regression in the log width: the outcomes outside less those that should be."""
    lag = np.log(np.arange(1, b.future.shape[1] + 1)) - 0.8
    log = np.clip((b.x @ theta[:, :-1].T)[:, :, None] + lag * theta[:, -1:, None][None, :, 0], -2, 2)
    centre, slope = pooled[:, 3], np.empty_like(theta)
    for j, (low, high, outside) in enumerate(LEVELS):
        over = future > centre + (pooled[:, high] - centre) * np.exp(log[:, j])
        under = future < centre - (centre - pooled[:, low]) * np.exp(log[:, j])
        excess = (2 * outside - over - under.astype(float)) * b.weight[:, None] / b.future.shape[1] / outside / 5
        slope[j] = np.r_[excess.sum(1) @ b.x, excess.sum(0) @ lag]
    return slope


def learn(fields: dict[str, list[Batch]]) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients of weights and widths, each field counting the same, each set within it too."""
    share = [(b, 1 / len(batches) / len(fields), FIELD_WEIGHT[f]) for f, batches in fields.items() for b in batches]
    start = np.zeros((len(engine.MEMBERS), len(engine.FEATURES)))
    allowed = np.isin(engine.FEATURES, FOR_WEIGHTS)
    weights = descend(
        lambda t: (sum(s * weights_gradient(t, b) for b, s, _ in share) + 2 * PENALTY * t) * allowed, start, 300, 0.05
    )
    pooled = [np.einsum("sm,smph->sph", softmax(b.x @ weights.T), b.members[:, :, AT]) for b, _, _ in share]
    futures = [unsqueezed(b) for b, _, _ in share]
    start = np.zeros((len(LEVELS), len(engine.FEATURES) + 1))
    ridge = 0.004 * np.r_[0, np.ones(len(engine.FEATURES))]
    allowed = np.r_[np.isin(engine.FEATURES, FOR_WIDTHS), True]

    def gradient(t):
        return (
            sum(s * f * widths_gradient(t, b, p, y) for (b, s, f), p, y in zip(share, pooled, futures, strict=True))
            + ridge * t
        ) * allowed

    return weights - weights.mean(0), descend(gradient, start, 400, 0.03)


def apply(b: Batch, weights: np.ndarray, widths: np.ndarray) -> np.ndarray:
    """Ensemble quantiles at SEVEN under these coefficients, in steps from the last value."""
    learnt.WEIGHTS, learnt.WIDTHS = weights, widths
    pooled = engine.pool(b.members, b.x)[:, AT]
    return np.array([bound(q, np.zeros(q.shape[1]), -room, np.inf) for q, room in zip(pooled, b.room, strict=True)])


def judge(b: Batch, q: np.ndarray) -> str:
    """One line: CRPS and absolute error relative to naive, coverage of 80 and 95 %, whole and by horizon."""
    share = b.weight / b.weight.sum()
    crps = (pinball(b.future[:, None] - q).mean((1, 2)) * 2 * b.weight).sum() / b.naive
    error = (np.abs(b.future - q[:, 3]).mean(1) * share).sum() / (np.abs(b.future).mean(1) * share).sum()
    inside = [share @ ((b.future >= q[:, i] - 1e-9) & (b.future <= q[:, j] + 1e-9)) * 100 for i, j in ((1, 5), (0, 6))]
    steps = " | ".join(" ".join(f"{v:.0f}" for v in k) for k in inside)
    return f"{b.name:24s} CRPS {crps:.3f} MASE {error:.3f} {inside[0].mean():.1f}/{inside[1].mean():.1f}  {steps}"


def cross_validate(fields: dict[str, list[Batch]]) -> None:
    """Print each set's scores under coefficients learnt without its field, then without its quarter of the series."""
    print("\nLearnt without the field")
    for name, batches in fields.items():
        chosen = learn({f: b for f, b in fields.items() if f != name})
        print("\n".join(judge(b, apply(b, *chosen)) for b in batches), flush=True)
    print("\nLearnt without the same quarter of series, countries or indicators")
    out = {b.name: np.empty((len(b.x), 7, b.future.shape[1])) for bs in fields.values() for b in bs}
    for k in range(4):
        chosen = learn({f: [part(b, b.fold != k) for b in bs] for f, bs in fields.items()})
        for b in (b for bs in fields.values() for b in bs):
            out[b.name][b.fold == k] = apply(part(b, b.fold == k), *chosen)
    print("\n".join(judge(b, out[b.name]) for bs in fields.values() for b in bs), flush=True)


def write(weights: np.ndarray, widths: np.ndarray) -> None:
    """Put the coefficients into forecast_weights.py."""
    lines = [
        '"""The ensemble\'s coefficients, written by `benchmarks/tune.py`; columns are forecast_ensemble.FEATURES."""',
        "",
    ]
    remark = "# log widening of the 50, 80 and 95 % intervals; the last column is log horizon"
    for name, table, keys in (("WEIGHTS", weights, engine.MEMBERS), (remark, widths, ("50 %", "80 %", "95 %"))):
        lines += [f"{name} = ("] if name == "WEIGHTS" else [name, "WIDTHS = ("]
        lines += [f"    ({', '.join(f'{v:.3f}' for v in row)}),  # {k}" for row, k in zip(table, keys, strict=True)]
        lines += [")"]
    TARGET.write_text("\n".join(lines) + "\n")


def main() -> None:
    """Learn, print, cross-validate, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of the development sets")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--fast", action="store_true", help="no cross-validation")
    arguments = parser.parse_args()
    fields = {f: [prepare(n, c) for n, c in sets.items()] for f, sets in read_all(arguments.data).items()}
    weights, widths = learn(fields)
    print(engine.FEATURES, dict(zip(engine.MEMBERS, weights.round(2).tolist(), strict=True)), widths.round(2), sep="\n")
    print("\nLearnt on all\n" + "\n".join(judge(b, apply(b, weights, widths)) for bs in fields.values() for b in bs))
    if not arguments.fast:
        cross_validate(fields)
    if arguments.write:
        write(weights, widths)


if __name__ == "__main__":
    main()
