"""The forecast engine: a history in, a predictive distribution out.

`forecast()` for one series, `forecast_table()` for a table of many, `expect()` for what a report expects of an
indicator, `explain()` for what the ensemble made of a series.
"""

from helpers.forecast.distribution import COLUMNS, Forecast
from helpers.forecast.engine import MOST_AHEAD, forecast
from helpers.forecast.expectation import DEFAULT, expect, names
from helpers.forecast.explanation import explain
from helpers.forecast.features import decimals_by_row
from helpers.forecast.methods import fit_warnings
from helpers.forecast.quarters import Narrowing
from helpers.forecast.redraw import LEVELS, likely_bounds, redraw
from helpers.forecast.table import check_panel, forecast_table, read_panel, read_table
from helpers.forecast.track import AHEAD, Track, known_at, track

__all__ = [
    "AHEAD", "COLUMNS", "DEFAULT", "LEVELS", "MOST_AHEAD", "Forecast", "Narrowing", "Track", "backtest",
    "check_panel", "decimals_by_row", "expect", "explain", "fit_warnings", "forecast", "forecast_table", "known_at",
    "likely_bounds", "names", "read_panel", "read_table", "redraw", "track",
]  # fmt: skip
__dir__ = __all__.copy
