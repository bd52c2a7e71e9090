"""Learns the ensemble's widths on the development sets and prints them: `python benchmarks/tune.py DATA [--write]`.

The point forecast has nothing learnt. Widths are log-linear in few features, one line each for the 50, 80 and 95 %
interval, and a factor on the members' disagreement; together they minimise the pinball loss, each field of data (M1,
World Bank, Kazakh panel) by its weight. Also prints the scores of each set under numbers learnt without its field.
"""

import argparse
from pathlib import Path
from typing import NamedTuple

import numpy as np
from development_sets import Case, read_all
from scipy.optimize import minimize

from helpers.forecast import ensemble as engine, widths as learnt
from helpers.forecast.centres import step_size
from helpers.forecast.series import bound

TARGET = Path(engine.__file__).with_name("widths.py")
SEVEN = np.array([0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975])
AT = [int(np.argmin(abs(engine.PROBABILITIES - p))) for p in SEVEN]
MILD = 20.0  # steps: a series that even naive misses by more counts less, or one disaster would rule
RIDGE = 2e-3
# Intervals that fall short do more harm than wide ones: M1 and the panel, where they do, count more.
FIELD_WEIGHT = {"M1": 2.0, "World Bank": 0.6, "Kazakh panel": 1.4}


class Batch(NamedTuple):
    """Cases of one length, as the engine sees them, in steps from the last value."""

    told: engine.Parts
    point: np.ndarray
    x: np.ndarray
    future: np.ndarray
    room: np.ndarray  # down to 0 where no value is negative, else infinite
    weight: np.ndarray


def prepare(cases: list[Case]) -> list[Batch]:
    """Batches of a set; a panel's series weigh alike within an indicator."""
    panel = "#" in cases[0].series
    names = [c.series.split("#")[0] if panel else i for i, c in enumerate(cases)]
    _, group, size = np.unique(names, return_inverse=True, return_counts=True)
    weight, lengths = 1 / size[group] / len(size), np.array([len(c.history) for c in cases])
    return [batch([cases[i] for i in rows], weight[rows]) for n in np.unique(lengths) for rows in [lengths == n]
            for rows in np.array_split(np.flatnonzero(rows), 1 + rows.sum() // 50)]  # fmt: skip


def batch(cases: list[Case], weight: np.ndarray) -> Batch:
    """A Batch from cases of one length."""
    values = np.array([c.history for c in cases])
    step, last = step_size(values)[:, None], values[:, -1:]
    told = engine.parts(values, len(cases[0].future))
    future = (np.array([c.future for c in cases]) - last) / step
    room = np.where(values.min(1, keepdims=True) >= 0, last / step, np.inf)[:, 0]
    mild = np.minimum(1, MILD / np.maximum(np.abs(future).mean(1), 1e-9))
    return Batch(told, engine.centre(values, told), engine.features(values), future, room, weight * mild)


def quantiles(theta: np.ndarray, b: Batch) -> np.ndarray:
    """Ensemble quantiles at SEVEN under these numbers, within the bound: [series, seven, horizon]."""
    learnt.DISAGREEMENT, learnt.WIDTHS = np.exp(theta[-1]), theta[:-1].reshape(3, -1)
    q = engine.spread(b.point, b.told, b.x)[:, AT]
    start = np.zeros(q.shape[2])
    return np.array([bound(one, start, -room, np.inf) for one, room in zip(q, b.room, strict=True)])


def pinball(theta: np.ndarray, batches: list[Batch]) -> np.ndarray:
    """Mean pinball loss of a set at each of SEVEN."""
    total = np.zeros(len(SEVEN))
    for b in batches:
        error = b.future[:, None] - quantiles(theta, b)
        total += b.weight @ np.maximum(SEVEN[:, None] * error, (SEVEN[:, None] - 1) * error).mean(2)
    return total


def learn(fields: dict[str, list[list[Batch]]]) -> np.ndarray:
    """The numbers that minimise the loss: widths by level and feature, then the log factor on disagreement."""
    start = np.zeros(3 * (len(engine.FEATURES) + 1) + 1)
    sets = [(FIELD_WEIGHT[f] / len(s), b, pinball(start, b)) for f, s in fields.items() for b in s]
    total = sum(FIELD_WEIGHT[f] for f in fields)
    ridge = RIDGE * np.r_[np.tile([0.1, *np.ones(len(engine.FEATURES) - 1), 0.2], 3), 0.1]

    def loss(theta: np.ndarray) -> float:
        return sum(w * (pinball(theta, b) / base).mean() for w, b, base in sets) / total + ridge @ theta**2

    return minimize(loss, start, method="L-BFGS-B", options={"maxiter": 40}).x


def judge(theta: np.ndarray, batches: list[Batch]) -> str:
    """Coverage of the 80 and 95 % intervals and mean pinball loss of a set."""
    inside = np.zeros(2)
    for b in batches:
        q, weight = quantiles(theta, b), b.weight / sum(x.weight.sum() for x in batches)
        for i, (low, high) in enumerate(((1, 5), (0, 6))):
            inside[i] += weight @ ((b.future >= q[:, low] - 1e-9) & (b.future <= q[:, high] + 1e-9)).mean(1) * 100
    return f"{inside[0]:.0f}/{inside[1]:.0f} %, pinball {pinball(theta, batches).mean():.4f}"


def write(theta: np.ndarray) -> None:
    """Put the numbers into widths.py."""
    lines = [
        '"""The ensemble\'s widths, written by `benchmarks/tune.py`; columns are ensemble.FEATURES and log horizon."""'
    ]
    lines += ["", f"DISAGREEMENT = {np.exp(theta[-1]):.3f}", "WIDTHS = ("]
    rows = zip(theta[:-1].reshape(3, -1), ("50 %", "80 %", "95 %"), strict=True)
    lines += [f"    ({', '.join(f'{v:.3f}' for v in row)}),  # {key}" for row, key in rows]
    TARGET.write_text("\n".join([*lines, ")"]) + "\n")


def main() -> None:
    """Learn, print, check without each field, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of the development sets")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    sets = read_all(arguments.data)
    fields = {f: [prepare(cases) for cases in named.values()] for f, named in sets.items()}
    theta = learn(fields)
    print(engine.FEATURES, theta.round(3))
    for f, named in sets.items():
        without = learn({g: batches for g, batches in fields.items() if g != f})
        for name, batches in zip(named, fields[f], strict=True):
            print(f"{name:24s} {judge(theta, batches)}; learnt without {f}: {judge(without, batches)}", flush=True)
    if arguments.write:
        write(theta)


if __name__ == "__main__":
    main()
