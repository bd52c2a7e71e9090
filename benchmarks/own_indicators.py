"""How near forecasts came to the plan's own indicators: `python benchmarks/own_indicators.py`.

Mean absolute error and bias (forecast less figure) 1 and 2 years ahead from the last eight origins, of the ensemble and
of no change, in each indicator's unit. Breaks aren't given, as nobody knew of them then. The mean ratio has the range
that chance gives: 95 of 100 draws of indicators like these. Few cases: a ratio of one indicator says little.
"""

import numpy as np
import pandas as pd

from helpers import statistics
from helpers.forecast import backtest, forecast

SHORTEST, ORIGINS, HORIZONS = 6, 8, (1, 2)


def cases(values: pd.Series, lower: float | None, upper: float | None, decimals: int) -> pd.DataFrame:
    """A row a forecast: horizon, error of the ensemble and of no change, in the series' unit."""
    rows = []
    for last in range(max(SHORTEST, len(values) - ORIGINS), len(values)):
        known = values.iloc[:last]
        point = forecast(known, horizon=max(HORIZONS), lower=lower, upper=upper, decimals=decimals)["q50"]
        for ahead in HORIZONS:
            if last + ahead <= len(values):
                figure = values.iloc[last + ahead - 1]
                rows.append((ahead, point.iloc[ahead - 1] - figure, known.iloc[-1] - figure))
    return pd.DataFrame(rows, columns=["horizon", "ours", "naive"])


def table() -> pd.DataFrame:
    """A row an indicator and horizon: errors, biases, their ratio and the number of cases."""
    catalogue, rows = statistics.catalogue(), []
    yearly = catalogue[(catalogue["frequency"] == "A") & (catalogue["role"] == "indicator")]
    for code in yearly.index:
        figures = statistics.figures(code)
        if len(figures.values) < SHORTEST + 2:
            continue
        for ahead, part in cases(figures.values, figures.lower, figures.upper, figures.decimals).groupby("horizon"):
            error = part[["ours", "naive"]].abs().mean()
            bias = part[["ours", "naive"]].mean()
            rows.append(
                (code, ahead, error.ours, bias.ours, error.naive, bias.naive, error.ours / error.naive, len(part))
            )
    return pd.DataFrame(rows, columns=["series", "horizon", "ours", "bias", "naive", "bias_naive", "ratio", "cases"])


def main() -> None:
    """Print the table and the mean ratio with its range."""
    result = table()
    print(result.round(3).to_string(index=False))
    by_indicator = result.groupby("series")["ratio"].mean()
    low, high = backtest.ratio_range(by_indicator, pd.Series(np.ones(len(by_indicator))))
    print(f"mean ratio {by_indicator.mean():.2f}, {low:.2f} to {high:.2f} in 95 of 100 draws of {len(by_indicator)}")


if __name__ == "__main__":
    main()
