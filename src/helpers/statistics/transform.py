"""Transformations of series: chain an index, sum shares, take a ratio. Nothing is ever filled in."""

import pandas as pd

from helpers import UserError


def chain_index(index: pd.Series, base: pd.Period) -> pd.Series:
    """Growth over the `base` period in %, chained from an index with the previous period = 100.

    The period before the first index is part of the result: its level is known from the first index.
    A hole in the index ends the chain, because nobody knows the step across it.
    """
    links = index.sort_index().dropna() / 100
    _whole(links, "chain_index")
    first = links.index[0] - 1
    level = pd.concat([pd.Series([1.0], index=pd.PeriodIndex([first])), links]).cumprod()
    if base not in level.index:
        raise UserError(
            f"chain_index: the base {base} is outside {level.index[0]}–{level.index[-1]}; choose one inside"
        )
    return (100 * (level / level[base] - 1)).rename(index.name)


def sum_of(*parts: pd.Series) -> pd.Series:
    """Sum of series in their common unit, only for periods in which every part has a figure."""
    if not parts:
        raise UserError("sum_of: no series given; give at least one")
    return pd.concat(parts, axis=1).dropna().sum(axis=1)


def share_of(part: pd.Series, whole: pd.Series) -> pd.Series:
    """`part` as a share of `whole` in %, for their common periods."""
    both = pd.concat([part.rename("part"), whole.rename("whole")], axis=1).dropna()
    if (both["whole"] == 0).any():
        raise UserError("share_of: the whole is zero in some period; a share of nothing has no meaning")
    return 100 * both["part"] / both["whole"]


def _whole(series: pd.Series, name: str) -> None:
    if series.empty:
        raise UserError(f"{name}: the index is empty; give at least one period")
    missing = pd.period_range(series.index[0], series.index[-1], freq=series.index.freq).difference(series.index)
    if len(missing):
        raise UserError(f"{name}: no figure for {missing[0]}; a chain needs every period, so cut the index there")
