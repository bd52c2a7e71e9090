"""Growth chained from an index. Nothing is ever filled in."""

import pandas as pd

from helpers import UserError


def chain_index(index: pd.Series, base: pd.Period) -> pd.Series:
    """Growth over the `base` period in %, chained from an index with the previous period = 100.

    The period before the first index is part of the result: its level is known from the first index.
    A hole in the index ends the chain, because nobody knows the step across it.
    """
    links = index.sort_index().dropna() / 100
    if links.empty:
        raise UserError("chain_index: the index is empty; give at least one period")
    missing = pd.period_range(links.index[0], links.index[-1], freq=links.index.freq).difference(links.index)
    if len(missing):
        raise UserError(f"chain_index: no figure for {missing[0]}; a chain needs every period, so cut the index there")
    first = links.index[0] - 1
    level = pd.concat([pd.Series([1.0], index=pd.PeriodIndex([first])), links]).cumprod()
    if base not in level.index:
        raise UserError(
            f"chain_index: the base {base} is outside {level.index[0]}–{level.index[-1]}; choose one inside"
        )
    return (100 * (level / level[base] - 1)).rename(index.name)
