"""Statements about several targets at once, counted in simulated futures; chances are never multiplied."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from helpers.targets.outlook import Outlook
from helpers.targets.precision import edge, is_higher

SEED = 80


class Count(NamedTuple):
    """Number of open targets that will be met: how many are open, expected number, ends of the 80 % range."""

    open: int
    expected: float
    low: int
    high: int


def open_targets(outlook: Outlook) -> pd.DataFrame:
    """The targets ahead that have a probability, in the order of years."""
    return outlook.judged[outlook.judged["probability"].notna()].sort_values("year")


def hits(outlook: Outlook) -> np.ndarray:
    """True where a future meets a target: a row each future, a column each open target."""
    expected, rows = outlook.expected, open_targets(outlook)
    if rows.empty:
        return np.empty((0, 0), dtype=bool)
    better, decimals = outlook.about["better"], int(outlook.series["decimals"])
    values = expected.draws[:, [expected.column(year) for year in rows["year"]]]
    bounds = np.array([edge(goal, better, decimals) for goal in rows["target"]])
    return values >= bounds if is_higher(better) else values <= bounds


def all_met(outlook: Outlook) -> float | None:
    """Probability, 0 to 1, that every target ahead is met; none where none is ahead."""
    met = hits(outlook)
    return float(met.all(axis=1).mean()) if met.size else None


def expected_met(outlooks: dict[str, Outlook]) -> Count | None:
    """How many open targets of several indicators will be met; none where none is open.

    The years of one indicator hang together as in its futures. Indicators are drawn independently of one another: they
    share too few years for a correlation between them to be more than a guess. The range is rather too narrow for it.
    """
    counts = [hits(outlook) for outlook in outlooks.values()]
    counts = [met for met in counts if met.size]
    if not counts:
        return None
    lot = np.random.default_rng(SEED)
    total = sum(lot.permutation(met.sum(axis=1)) for met in counts)
    low, high = np.quantile(total, [0.1, 0.9], method="inverted_cdf")
    return Count(sum(met.shape[1] for met in counts), float(np.mean(total)), int(low), int(high))
