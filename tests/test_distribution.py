"""One distribution behind chart, table and chance: known answers on futures made by hand."""

import numpy as np
import pandas as pd
import pytest

from helpers import UserError
from helpers.forecast import forecast
from helpers.forecast.distribution import distribution
from helpers.targets.precision import probability_met


@pytest.fixture
def made():
    """A hundred futures: 1 to 100 in the first year, twice that in the second."""
    draws = np.arange(1.0, 101)[:, None] * [1, 2]
    return distribution(pd.period_range("2026", periods=2, freq="Y"), draws, (0, 150), 9, "ensemble")


def history(values, last=2025):
    return pd.Series(values, index=pd.period_range(end=str(last), periods=len(values), freq="Y"), dtype=float)


def test_quantiles_and_chances_are_those_of_the_futures(made):
    assert list(made["period"].astype(str)) == ["2026", "2027"]
    assert made["q50"].tolist() == [50.5, 101]
    assert made.quantile(0.5).tolist() == [50.5, 101]
    assert made.probability(at_least=91).tolist() == [0.10, 0.55]
    assert made.probability(at_most=10).tolist() == [0.10, 0.05]
    assert made.error.tolist() == [25, 50]


def test_moved_futures_keep_the_bounds(made):
    moved = made.moved(made.draws - 60)
    assert moved["q50"].iloc[0] == 0
    assert moved.draws.max() == 140
    assert made.draws.min() == 1


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        (lambda f: f.column(2031), "2031: the forecast covers 2026 to 2027"),
        (lambda f: f.quantile(1.2), "between 0 and 1"),
        (lambda f: f.probability(), "one of them"),
    ],
)
def test_a_wrong_question_is_refused_in_one_line(made, asked, fault):
    with pytest.raises(UserError, match=fault) as caught:
        asked(made)
    assert "\n" not in str(caught.value)


def test_the_pooled_forecast_agrees_with_itself_and_comes_out_the_same_twice():
    past = history([4.9, 5.1, 5.4, 5.0, 5.6, 5.9, 5.7, 6.1])
    expected = forecast(past, 2027, lower=0, upper=100, decimals=1)
    median = expected["q50"].iloc[-1]
    assert expected.probability(at_least=median).iloc[-1] == pytest.approx(0.5, abs=0.01)
    assert probability_met(expected, 6.0, "higher", 1).iloc[0] == (expected.draws[:, 0] >= 5.95).mean()
    again = forecast(past, 2027, lower=0, upper=100, decimals=1)
    assert (again.draws == expected.draws).all()


def test_the_pooled_forecast_keeps_its_bounds():
    expected = forecast(history([90, 93, 95, 96, 98, 99, 99.5]), 2028, lower=0, upper=100)
    assert expected.draws.max() <= 100
    assert expected["q975"].iloc[-1] <= 100


def test_a_flat_series_has_no_past_to_redraw():
    expected = forecast(history([4.9] * 8), 2027, lower=0, upper=100, decimals=1)
    assert expected.label == "reference class"
    assert np.ptp(expected.draws) > 0


def test_only_figures_after_a_break_are_redrawn():
    steady = [10 + 0.1 * n + 0.05 * (n % 2) for n in range(8)]
    broken = history([90, 20, 70, *steady])
    expected = forecast(broken, 2026, breaks=[2017], lower=0, upper=100)
    assert expected.n_used == 8
    # Had the leap from 90 to 20 been redrawn, one future in thirty would fall as deep.
    assert expected["q975"].iloc[0] - expected["q025"].iloc[0] < 2
