"""What is to be expected of a series: one distribution, by a named method, from the window and bounds chosen."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from helpers import UserError
from helpers.forecast import methods
from helpers.forecast.distribution import Forecast
from helpers.forecast.engine import forecast
from helpers.forecast.quarters import narrow
from helpers.shared import shared

if TYPE_CHECKING:
    from helpers.statistics import Figures

DEFAULT = "ensemble"  # the one method behind verdicts, charts, commands and the record


def names() -> list[str]:
    """The methods that can be asked for by name, the default first."""
    return list(dict.fromkeys([DEFAULT, *methods.METHODS]))


def _same(
    figures: "Figures | None", until: int, *args: object, quarters: "Figures | None" = None, **options: object
) -> tuple | None:
    """What an expectation rests on, in plain values; none where there are no figures."""
    if figures is None:
        return None
    return until, figures.content(), quarters and quarters.content(), args, sorted(options.items())


@shared(_same)
def expect(
    figures: "Figures | None", until: int, method: str = DEFAULT, since: int | None = None, lower: float | None = None,
    upper: float | None = None, quarters: "Figures | None" = None, judgement: Mapping[int, float] | None = None,
) -> Forecast | None:  # fmt: skip
    """The predictive distribution of a yearly series to the year `until`, in its unit; none where `until` is known.

    method: one of `forecast.names()`. since: the first year to learn from (all when empty). lower, upper: bounds in
    place of the series' own. quarters: the same indicator by quarter; what is published of a year narrows it, and so do
    its first months (`figures.parts`).
    judgement: what to add to a year's forecast, by year, in the unit. Raises UserError for an unknown method, a window
    that leaves no figure, a judgement of a year that is not forecast.

    Example: `expect(statistics.figures("unemployment"), 2027, method="ets", since=2016)`
    """
    if figures is None or not len(figures.values) or figures.values.index[-1].year >= until:
        return None
    method, history = method or DEFAULT, window(figures, since)
    bounds = figures.lower if lower is None else lower, figures.upper if upper is None else upper
    expected = forecast(history, until, *bounds, figures.breaks, figures.decimals, method)
    by_quarter = None if quarters is None else quarters.values
    expected, narrowing = narrow(expected, history, by_quarter, figures.decimals, figures.parts)
    expected = expected.moved(expected.draws[:, : expected.column(until) + 1])
    expected.narrowing, expected.method, expected.since = narrowing, method, since or None
    return judge_by(expected, judgement or {})


def window(figures: "Figures", since: int | None) -> pd.Series:
    """The values from the year `since` on, in the series' unit."""
    history = figures.values if not since else figures.values[figures.values.index.year >= since]
    if not len(history):
        last = figures.values.index[-1].year
        raise UserError(f"since: {figures.code} has no figure from {since} on; its last one is of {last}")
    return history


def judge_by(expected: Forecast, judgement: Mapping[int, float]) -> Forecast:
    """The forecast with each judged year moved, within its bounds; `unadjusted` is the one without."""
    if not judgement:
        return expected
    draws = expected.draws.copy()
    for year, add in judgement.items():
        draws[:, expected.column(year)] += add
    moved = expected.moved(draws)
    moved.unadjusted, moved.judgement = expected, dict(judgement)
    return moved
