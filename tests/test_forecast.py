import re
import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from helpers import UserError
from helpers.forecast import (
    COLUMNS,
    backtest,
    centres,
    corrections,
    ensemble,
    explain,
    features,
    forecast,
    forecast_table,
    methods,
    mixture,
    read_table,
    reasons,
    unchanged,
)
from helpers.forecast.ensemble import MEMBERS
from helpers.forecast.methods import METHODS
from helpers.forecast.mixture import PROBABILITIES
from helpers.language import LANGUAGES, in_language

MATRICES = ("width", "later", "skew", "later_skew")
UNEMPLOYMENT = [5.8, 5.4, 5.3, 5.2, 5.0, 5.1, 5.0, 4.9, 4.9, 4.8, 4.9, 4.9]
HISTORIES = st.lists(st.integers(1, 9999).map(lambda i: i / 10), min_size=5, max_size=14).filter(
    lambda v: np.ptp(v) > 1
)


def yearly(values, first=2010):
    return pd.Series(values, index=pd.period_range(str(first), periods=len(values), freq="Y"), dtype=float)


def quarterly(values, first="2018Q1"):
    return pd.Series(values, index=pd.period_range(first, periods=len(values), freq="Q"), dtype=float)


def quantile_columns(result):
    return result[list(COLUMNS)].to_numpy()


def table_of(**series):
    rows = [(name, 2010 + i, v) for name, values in series.items() for i, v in enumerate(values)]
    return pd.DataFrame(rows, columns=["series_id", "period", "value"])


# Known answers


def test_naive_repeats_the_last_value():
    assert forecast(yearly(UNEMPLOYMENT), horizon=3, method="naive")["mean"].tolist() == pytest.approx([4.9] * 3)


def test_drift_goes_on_by_the_mean_change():
    result = forecast(yearly([10, 11, 13, 14, 18]), horizon=2, method="drift")
    assert result["mean"].tolist() == pytest.approx([20, 22])


def test_seasonal_naive_repeats_the_same_quarter():
    result = forecast(
        quarterly([91, 92, 93, 94, 95, 96, 97, 99] * 2), horizon=4, frequency="quarterly", method="seasonal_naive"
    )
    assert result["mean"].tolist() == pytest.approx([95, 96, 97, 99])


def test_a_straight_line_is_continued():
    result = forecast(yearly(np.arange(20) * 3.0 + 100), horizon=3)
    assert result["mean"].to_numpy() == pytest.approx([160, 163, 166], abs=1.5)


def test_the_mixture_is_the_regression_that_its_docstring_states():
    y = np.array([[3.0, 4.0, 3.5, 5.0, 4.6, 6.0]])
    posterior = mixture.fit(y, 2)
    # alpha = 1 without momentum and drift is the random walk: its forecast is the last value
    walk = np.flatnonzero((mixture.FILTERS == (1, 0, 1)).all(1))[0] * len(mixture.DRIFTS)
    assert posterior.centre[0, walk] * posterior.unit[0] == pytest.approx([6.0, 6.0])
    # with a wide prior on the drift it is the random walk with drift: the line through the first and last value
    drifting = walk + len(mixture.DRIFTS) - 1
    assert posterior.centre[0, drifting] * posterior.unit[0] == pytest.approx([6.6, 7.2], abs=0.02)


def test_filtered_errors_agree_with_the_recursion():
    y, (alpha, beta, phi) = np.array([2.0, 3.0, 2.5, 4.0, 4.5]), mixture.FILTERS[20]
    errors = mixture._operators(5, 1)[0].reshape(len(mixture.FILTERS), 5, 5)[20] @ y
    state = slope = 0.0
    for value, error in zip(y, errors, strict=True):
        ahead = state + phi * slope
        assert error == pytest.approx(value - ahead)
        state, slope = ahead + alpha * error, phi * slope + beta * error


def test_explain_names_the_member_in_the_middle_and_what_was_made_of_it():
    table = explain(yearly(UNEMPLOYMENT), horizon=2)
    assert table["weight"].sum() == pytest.approx(1)
    assert set(table["member"]) == set(MEMBERS)
    middle = table.loc[table["weight"] > 0, "median"]
    assert middle.min() <= table["median"].median() <= middle.max()
    assert {"alpha", "phi", "tau"} <= set(table)
    assert 0.5 <= table.attrs["features"]["trend_kept"] <= 1


def test_the_theil_sen_slope_is_the_median_over_all_pairs():
    # one wild value among four on a line of slope 2: three of the six pairs lie on the line
    assert centres.theil_sen(np.array([[0.0, 2.0, 4.0, 60.0], [1.0, 3.0, 5.0, 7.0]])) == pytest.approx([2 + 9, 2])


def test_theta_with_its_whole_slope_continues_a_line():
    assert centres.theta(np.array([[-1.0, 1.0, 3.0, 5.0, 7.0, 9.0]]), 2, 50.0)[0] == pytest.approx([11, 13], abs=0.01)


def test_smoothing_follows_a_walk_and_averages_noise():
    walk, noise = np.array([1.0, 3, 6, 10, 15]), np.array([1.0, -1, 1, -1, 1, -1, 1, -1, 1, -1])
    assert centres.smoothed(np.array([walk]))[0] == pytest.approx(15)
    assert abs(centres.smoothed(np.array([noise]))[0]) < 0.65


def test_only_a_series_that_swings_about_its_mean_is_said_to_return_to_it():
    swing, trend = np.tile([1.0, 3.0], 6), np.arange(12.0)
    assert centres.returns(np.array([swing, trend])).tolist() == [True, False]
    assert centres.reverting(np.array([swing]), 3)[0] == pytest.approx([2, 2, 2], abs=0.1)


def test_a_drift_that_its_noise_explains_is_halved_and_a_clear_one_kept():
    clear, doubtful = np.array([1.0, 2.1, 3.0, 4.1, 5.0]), np.array([1.0, 4.0, 0.5, 3.0, 1.2])
    assert ensemble.trend_kept(np.array([clear, doubtful])).tolist() == [1.0, 0.5]


# The frame


def test_the_frame_has_the_agreed_columns_and_periods():
    result = forecast(yearly(UNEMPLOYMENT), until=2025)
    assert list(result) == ["period", "horizon", "mean", *COLUMNS]
    assert result["period"].astype(str).tolist() == ["2022", "2023", "2024", "2025"]
    assert (result.n_used, result.label) == (12, "ensemble")
    assert (result.error > 0).all()


def test_years_and_running_numbers_serve_as_an_index():
    years = pd.Series(UNEMPLOYMENT, index=range(2010, 2022))
    assert forecast(years, until=2023)["period"].tolist() == [2022, 2023]
    assert forecast(years, until=pd.Period("2023"))["period"].tolist() == [2022, 2023]
    assert quantile_columns(forecast(years, horizon=2)) == pytest.approx(
        quantile_columns(forecast(yearly(UNEMPLOYMENT), horizon=2))
    )


def test_until_takes_a_quarter_or_a_year_among_quarters():
    history = quarterly(np.arange(16) + np.tile([0, 3, 1, -2], 4) + 50.0)
    assert len(forecast(history, until="2023-Q2", frequency="quarterly")) == 6
    assert len(forecast(history, until=2023, frequency="quarterly")) == 8


def test_the_same_input_gives_the_same_output():
    first, second = (forecast(yearly(UNEMPLOYMENT), horizon=4, lower=0, upper=100) for _ in range(2))
    pd.testing.assert_frame_equal(pd.DataFrame(first), pd.DataFrame(second))
    assert np.array_equal(first.draws, second.draws)


def test_a_copy_and_a_part_keep_the_distribution():
    result = forecast(yearly(UNEMPLOYMENT), horizon=3)
    assert result[result["horizon"] == 3].quantile(0.9).tolist() == pytest.approx([result["q90"].iloc[2]])
    assert result.copy().draws.shape == (6000, 3)


@pytest.mark.parametrize("p", [0.001, 0.025, 0.3, 0.5, 0.975, 0.999])
def test_probability_is_the_inverse_of_the_quantile(p):
    result = forecast(yearly([52, 49, 55, 51, 58, 54, 57.0]), horizon=3)
    for at, row in zip(result.quantile(p), range(3), strict=True):
        assert result.probability(at_most=at).iloc[row] == pytest.approx(p, abs=1e-6)
        assert result.probability(at_least=at).iloc[row] == pytest.approx(1 - p, abs=1e-6)


def test_mass_on_a_bound_counts_as_reaching_it():
    result = forecast(yearly([97, 98, 99.5, 99.8, 100, 100]), horizon=1, lower=0, upper=100)
    assert 0 < result.probability(at_least=100).iloc[0] < 1
    assert result.probability(at_most=100).iloc[0] == pytest.approx(1)
    assert result.probability(at_least=100.001).iloc[0] == pytest.approx(0)


def test_few_draws_agree_with_many():
    few, many = (forecast(yearly(UNEMPLOYMENT), 2026, 0, 100, size=n, seed=n) for n in (200, 6000))
    width = (many["q90"] - many["q10"]).to_numpy()[:, None]
    assert (np.abs(quantile_columns(few) - quantile_columns(many)) < 0.06 * width).all()


def test_near_horizons_of_a_future_go_together():
    result = forecast(yearly(np.cumsum([3, -1, 4, 1, -5, 9, 2, -6, 5, 3.0]) + 50), horizon=4)
    correlation = np.corrcoef(result.draws.T)
    assert correlation[0, 1] > correlation[0, 3] > 0
    assert correlation[2, 3] > correlation[1, 3]


# Properties


@pytest.mark.slow
@given(HISTORIES, st.sampled_from([0.37, 2.7]))
def test_results_scale_with_data_whose_unit_says_nothing(values, factor):
    amounts = (np.array(values) + 300) * np.pi  # no percentages, and no printed digit is the last
    one = quantile_columns(forecast(yearly(amounts), horizon=3))
    other = quantile_columns(forecast(yearly(amounts * factor), horizon=3))
    assert other / factor == pytest.approx(one, rel=1e-6, abs=1e-6 * np.ptp(amounts))


@pytest.mark.slow
@given(HISTORIES, st.sampled_from([1e-6, 0.37, 1e9]))
def test_members_scale_with_any_data(values, factor):
    one = quantile_columns(forecast(yearly(values), horizon=3, method="theta_cautious"))
    other = quantile_columns(forecast(yearly(np.array(values) * factor), horizon=3, method="theta_cautious"))
    assert other / factor == pytest.approx(one, rel=1e-6, abs=1e-6 * np.ptp(values))


@pytest.mark.slow
@given(HISTORIES, st.integers(1, 8))
def test_a_year_is_forecast_alike_whichever_year_is_the_last(values, horizon):
    near, far = (forecast(yearly(values), horizon=h, lower=0) for h in (horizon, 9))
    assert quantile_columns(near) == pytest.approx(quantile_columns(far)[:horizon])
    assert near.draws == pytest.approx(far.draws[:, :horizon])


def test_odd_features_change_their_sign_and_even_ones_do_not():
    values = np.array([[-3.0, 1, -2, 4, 2, 5, -1]])
    up, down = (ensemble.view(v, 2) for v in (values, -values))
    assert {k: v.item() for k, v in up.even.items()} == pytest.approx({k: v.item() for k, v in down.even.items()})
    odd = {k: v.item() for k, v in up.odd.items()}
    assert {k: -v for k, v in odd.items()} == pytest.approx({k: v.item() for k, v in down.odd.items()})
    assert odd["last rise"] == pytest.approx(np.arcsinh(-1.5))


def test_decimals_are_those_that_lose_nothing():
    assert features.decimals_by_row(np.array([[4.9, 5.0], [5.0, 7.0], [0.125, 1.0]])).tolist() == [1, 0, 3]


def test_coefficients_move_centre_and_range_as_they_say():
    numbers = corrections.read()
    nothing = numbers._replace(**{k: np.zeros_like(getattr(numbers, k)) for k in ("pulls", "shift", *MATRICES)})
    seen = ensemble.view(np.array([UNEMPLOYMENT]), 3)
    same = corrections.correct(seen, nothing)
    assert same == pytest.approx(seen.quantiles)
    halved = np.zeros_like(numbers.pulls)
    halved[0, 0] = 0.5  # half way to the last value, whatever the features
    half = corrections.correct(seen, nothing._replace(pulls=halved))
    assert half[0, ensemble.MEDIAN] == pytest.approx(seen.quantiles[0, ensemble.MEDIAN] / 2)
    twice = np.zeros_like(numbers.width)
    twice[:, 0] = np.log(2)
    wide = corrections.correct(seen, nothing._replace(width=twice))
    assert np.ptp(wide, axis=1) == pytest.approx(2 * np.ptp(seen.quantiles, axis=1))


def test_the_table_of_coefficients_is_whole():
    numbers = corrections.read()
    seen = ensemble.view(np.array([UNEMPLOYMENT]), 1)
    assert (set(numbers.even), set(numbers.odd)) == (set(seen.even), set(seen.odd))
    assert set(pd.read_csv(reasons.PHRASES)["feature"]) == set(numbers.even)
    assert all(np.isfinite(part).all() for part in numbers[2:])


def test_explain_says_in_words_what_was_done_to_trend_and_range():
    falling = yearly([10.4, 9.3, 8.8, 8.4, 8.1, 7.8, 7.3, 6.6, 6.6, 5.8, 5.4, 5.3, 5.2, 5.0, 5.1, 5.0, 4.9])
    *_, trend, width = explain(falling, horizon=2).attrs["reasons"]
    assert trend.startswith("The trend was ")
    assert width.startswith("The range was ")


@given(st.lists(st.integers(0, 1000).map(lambda i: i / 10), min_size=1, max_size=12))
def test_quantiles_rise_and_keep_the_bounds(values):
    result = forecast(yearly(values), horizon=4, lower=0, upper=100)
    q = quantile_columns(result)
    assert (np.diff(q, axis=1) >= 0).all()
    assert ((q >= 0) & (q <= 100)).all()
    assert ((result.draws >= 0) & (result.draws <= 100)).all()


@given(st.lists(st.floats(-1e3, 1e3), min_size=5, max_size=10).filter(lambda v: np.ptp(v) > 1e-3))
def test_negative_values_need_nothing_special(values):
    q = quantile_columns(forecast(yearly(values), horizon=2))
    assert np.isfinite(q).all()


def test_mirrored_data_without_zero_bound_give_mirrored_quantiles():
    values = np.array([-3.0, 1, -2, 4, 2, 5, -1])
    q, mirrored = (quantile_columns(forecast(yearly(v), horizon=2)) for v in (values, -values))
    assert mirrored[:, ::-1] == pytest.approx(-q, abs=1e-6)


# Short, flat, broken, gappy


def test_a_flat_series_has_the_width_of_its_printed_precision_at_least():
    result = forecast(yearly([4.9, 4.9, 4.9]), horizon=2, decimals=1)
    assert result.label == "reference class"
    assert (result["q975"] - result["q025"] > 0.09).all()
    assert result["q50"].tolist() == pytest.approx([4.9, 4.9])


def test_zeros_only_are_no_error():
    result = forecast(yearly([0, 0, 0, 0, 0, 0]), horizon=2, decimals=1)
    assert (result["q975"] > 0).all()
    assert (result["q025"] >= 0).all()


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_few_points_get_the_reference_class(count):
    result = forecast(yearly([31.0, 33.0, 30.0, 32.0][:count]), horizon=3, lower=0, upper=100)
    assert result.label == "reference class"
    assert (np.diff(quantile_columns(result), axis=1) > 0).all()
    assert np.diff(result["q90"] - result["q10"]).min() > 0


def test_few_points_far_apart_are_not_taken_for_a_line():
    result = forecast(pd.Series([30.0, 40.0], index=[2005, 2015]), horizon=1)
    assert result.label == "reference class"
    assert result["q50"].iloc[0] == pytest.approx(40)


def test_small_steps_at_a_high_level_keep_their_width():
    values = np.array([1.0, 3, 2, 4, 3, 5, 4, 6])
    low, high = (forecast(yearly(values + level), horizon=1, method="momentum") for level in (1e3, 1e8))
    assert (high["q90"] - high["q10"]).iloc[0] == pytest.approx((low["q90"] - low["q10"]).iloc[0], rel=0.05)


def test_missing_values_of_nullable_columns_are_missing():
    history = pd.Series([1, None, 3, 4, 6, 5], index=range(2010, 2016), dtype="Int64")
    assert forecast(history, horizon=1).n_used == 5


def test_more_points_narrow_the_reference_class():
    one, four = (forecast(yearly(v), horizon=1)["q90"].iloc[0] for v in ([31.0], [31.2, 31.1, 30.9, 31.0]))
    assert four < one


def test_no_points_is_a_clear_error():
    with pytest.raises(UserError, match="no values"):
        forecast(yearly([]), horizon=2)
    with pytest.raises(UserError, match="no values"):
        forecast(yearly([np.nan, np.nan]), horizon=2)


def test_a_gap_inside_widens_the_forecast():
    whole = yearly([50, 53, 51, 55, 52, 57, 54, 58.0])
    gap = whole.drop(whole.index[3])
    missing = whole.mask(whole.index == whole.index[3])
    assert quantile_columns(forecast(gap, horizon=2)) == pytest.approx(quantile_columns(forecast(missing, horizon=2)))
    bridged = whole.copy()
    bridged.iloc[3] = (51 + 52) / 2
    wide, narrow = (quantile_columns(forecast(h, horizon=2)) for h in (gap, bridged))
    assert (wide[:, -1] - wide[:, 0] > narrow[:, -1] - narrow[:, 0]).all()


def test_an_unfinished_year_left_missing_is_forecast_first():
    history = yearly([*UNEMPLOYMENT, np.nan])
    result = forecast(history, horizon=1)
    assert result["period"].astype(str).tolist() == ["2022"]
    assert result["mean"].iloc[0] == forecast(yearly(UNEMPLOYMENT), horizon=1)["mean"].iloc[0]


def test_only_what_follows_a_break_is_fitted_and_the_width_before_informs():
    calm = [30.0, 30.1, 30.0, 30.2, 30.1, 30.3]
    jumpy, quiet = [60, 70, 58, 72, 61, 75.0], [60, 60.1, 60, 60.2, 60.1, 60.3]
    after = forecast(yearly(calm, first=2016), horizon=2)
    wide = forecast(yearly(jumpy + calm), horizon=2, breaks=[2015])
    same = forecast(yearly(quiet + calm), horizon=2, breaks=[pd.Period("2015")])
    assert wide["q50"].tolist() == pytest.approx(after["q50"].tolist())
    assert (wide["q90"] > after["q90"]).all()
    assert same["q90"].tolist() == pytest.approx(after["q90"].tolist(), rel=1e-3)
    assert wide.n_used == 6


def test_shares_near_the_bound_do_not_pile_up_on_it():
    result = forecast(yearly([97.1, 97.9, 98.4, 98.2, 98.9, 99.1, 99.3]), horizon=3, lower=0, upper=100)
    assert result["q90"].max() < 100
    assert result["q975"].max() < 100


def test_what_would_be_printed_as_zero_is_zero():
    small = [0.4, 0.3, 0.5, 0.2, 0.3, 0.2, 0.1, 0.2]
    draws = forecast(yearly(small), horizon=3).draws
    assert draws[draws > 0].min() >= 0.05
    assert (draws == 0).mean(axis=0).min() > 0.01
    row = forecast_table(table_of(a=small), 3).iloc[-1]
    assert (row["q025"], row["q50"]) == (0, pytest.approx(0.2, abs=0.1))
    finer = forecast(yearly(small), horizon=3, decimals=2).draws
    assert 0.005 <= finer[finer > 0].min() < 0.05


def test_a_history_without_negative_values_stays_so_unless_told():
    values = yearly([0.4, 0.1, 0.5, 0.2, 0.6, 0.1, 0.2])
    assert (quantile_columns(forecast(values, horizon=3)) >= 0).all()
    assert (quantile_columns(forecast(values, horizon=3, lower=-np.inf)) < 0).any()


def test_a_season_is_found_and_put_back():
    season = np.array([-6.0, 2.0, 9.0, -5.0])
    result = forecast(quarterly(100 + np.arange(24) * 0.5 + np.tile(season, 6)), horizon=4, frequency="quarterly")
    expected = 100 + np.arange(24, 28) * 0.5 + season
    assert result["mean"].to_numpy() == pytest.approx(expected, abs=2)


def test_nothing_but_season_is_repeated():
    result = forecast(quarterly([10.0, 20, 30, 40] * 5), horizon=4, frequency="quarterly")
    assert result["mean"].tolist() == pytest.approx([10, 20, 30, 40], rel=0.01)
    assert (result["q975"] > result["q025"]).all()


def test_quarters_with_negative_values_have_an_added_season():
    values = np.tile([-6.0, 2.0, 9.0, -5.0], 6) + np.sin(np.arange(24))
    result = forecast(quarterly(values), horizon=4, frequency="quarterly")
    assert result["mean"].to_numpy() == pytest.approx([-6, 2, 9, -5], abs=2.5)


@pytest.mark.parametrize(
    "method", [pytest.param(name, marks=pytest.mark.slow) if name == "arima" else name for name in METHODS]
)
def test_every_method_gives_rising_finite_quantiles(method):
    history = quarterly(np.round(40 + np.tile([-6.0, 2.0, 9.0, -5.0], 5) + np.cumsum(np.sin(np.arange(20) * 7)), 1))
    q = quantile_columns(forecast(history, horizon=4, frequency="quarterly", method=method))
    assert np.isfinite(q).all()
    assert (np.diff(q, axis=1) >= 0).all()


# Bad input


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"horizon": 0}, "horizon"),
        ({}, "until"),
        ({"horizon": 2, "until": 2025}, "until"),
        ({"until": 2020}, "until"),
        ({"horizon": 2, "frequency": "monthly"}, "frequency"),
        ({"horizon": 2, "frequency": "quarterly"}, "frequency"),
        ({"horizon": 2, "method": "oracle"}, "method"),
        ({"horizon": 2, "lower": 10, "upper": 5}, "lower"),
        ({"horizon": 2, "upper": 5.1}, "beyond the bounds"),
    ],
)
def test_a_wrong_argument_is_named(arguments, words):
    with pytest.raises(UserError, match=words):
        forecast(yearly(UNEMPLOYMENT), **arguments)


def test_wrong_histories_are_named():
    with pytest.raises(UserError, match="twice"):
        forecast(pd.Series([1.0, 2, 3], index=[2010, 2011, 2011]), horizon=1)
    with pytest.raises(UserError, match="infinite"):
        forecast(yearly([1, 2, np.inf, 4, 5]), horizon=1)
    with pytest.raises(UserError, match="'n/d'"):
        forecast(pd.Series([1.0, "n/d", 3], index=[2010, 2011, 2012]), horizon=1)
    with pytest.raises(UserError, match="to_period"):
        forecast(pd.Series([1.0, 2.0], index=pd.to_datetime(["2010-01-01", "2011-01-01"])), horizon=1)


# The table


def test_a_table_agrees_with_single_forecasts_and_continues_its_periods():
    table = table_of(a=UNEMPLOYMENT, b=[3.0, 4, 3, 5, 6], c=[7.0])
    result = forecast_table(table, 2)
    assert list(result) == ["series_id", "period", "horizon", "mean", *COLUMNS]
    assert result["period"].tolist() == [2022, 2023, 2015, 2016, 2011, 2012]
    for name, values in (("a", UNEMPLOYMENT), ("b", [3.0, 4, 3, 5, 6]), ("c", [7.0])):
        alone = forecast(yearly(values), horizon=2)
        grid, drawn = quantile_columns(result[result.series_id == name]), quantile_columns(alone)
        assert (np.abs(grid - drawn).max(axis=1) < 1e-3 * np.ptp(grid, axis=1)).all()


@pytest.mark.parametrize(("given", "expected"), [("{}-Q{}", "2019-Q1"), ("{}Q{}", "2019Q1"), ("{} q{}", "2019 Q1")])
def test_quarters_are_continued_in_the_style_given(given, expected):
    periods = [given.format(y, q) for y in (2016, 2017, 2018) for q in (1, 2, 3, 4)]
    table = pd.DataFrame({"series_id": "s", "period": periods, "value": np.arange(12) % 5 + 1.0})
    assert forecast_table(table, 1, "quarterly")["period"].tolist() == [expected]


def test_running_numbers_serve_quarters_too():
    table = pd.DataFrame({"series_id": "s", "period": range(12), "value": np.arange(12) % 5 + 1.0})
    assert forecast_table(table, 2, "quarterly")["period"].tolist() == [12, 13]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("series_id,period,value\n", "no rows"),
        ("series_id,year,value\na,2010,1\n", "no column period"),
        ("series_id,period,value\na,2010,1\na,2011,much\n", "row 3, series a: value is 'much'"),
        ("series_id,period,value\na,2010,1\na,2010,2\n", "period 2010 twice"),
    ],
)
def test_a_faulty_file_is_named_with_its_row(tmp_path, text, words):
    path = tmp_path / "history.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=words):
        read_table(path)


def test_a_missing_file_and_odd_periods_are_named(tmp_path):
    with pytest.raises(UserError, match="no such file"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(UserError, match="'2010-Q1'"):
        forecast_table(pd.DataFrame({"series_id": ["a"], "period": ["2010-Q1"], "value": [1.0]}), 1)
    with pytest.raises(UserError, match="series b has no values"):
        forecast_table(table_of(a=[1.0, 2], b=[np.nan]), 1)
    with pytest.raises(UserError, match="horizon is 0"):
        forecast_table(table_of(a=[1.0, 2]), 0)


def test_a_file_with_a_byte_order_mark_and_empty_values_is_read(tmp_path):
    path = tmp_path / "history.csv"
    path.write_text("series_id,period,value\na,2010,1\na,2011,\na,2012,3\n", encoding="utf-8-sig")
    assert read_table(path)["value"].isna().tolist() == [False, True, False]


@pytest.mark.slow
def test_importing_the_engine_loads_no_statsmodels():
    code = "import sys, helpers.forecast; print('statsmodels' in sys.modules, 'scipy.stats' in sys.modules)"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.split() == ["False", "False"]


@pytest.mark.slow
def test_intervals_of_random_walks_hold_what_they_promise():
    steps = np.random.default_rng(5).standard_normal((300, 20))
    walks = 100 + np.cumsum(steps, axis=1)
    results = backtest.run(table_of(**{f"s{i}": w for i, w in enumerate(walks)}), ["ensemble"], 4, 1)
    score = backtest.score(results).iloc[0]
    assert 76 < score["coverage_80"] < 96
    assert score["coverage_95"] > 92


@pytest.mark.slow
def test_intervals_of_quarters_with_a_season_hold_what_they_promise_from_the_first_quarter_on():
    steps = np.random.default_rng(6).standard_normal((200, 28))
    walks = 100 + np.cumsum(steps, axis=1) + np.tile([4.0, -2.0, -3.0, 1.0], 7)
    table = table_of(**{f"s{i}": walk for i, walk in enumerate(walks)})
    table["period"] -= 2009  # numbers that run, as those of years are refused for quarters
    score = backtest.score(backtest.run(table, ["ensemble"], 4, 1, frequency="quarterly"), by=["horizon"])
    assert score["coverage_80"].between(74, 96).all()
    assert score["coverage_95"].min() > 88


def test_a_trend_that_has_stopped_does_not_go_on():
    down = [12.1, 11.2, 11.0, 10.2, 9.9, 9.1, 9.0, 8.2, 8.0, 7.1, 7.0, 6.2, 6.0]
    falling, stopped = yearly([*down, 5.2, 5.0, 4.3, 4.0]), yearly([*down, 5.9, 6.0, 5.9, 6.0])
    assert forecast(falling, horizon=2)["q50"].iloc[-1] < 3.6
    assert forecast(stopped, horizon=2)["q50"].iloc[-1] == pytest.approx(6.0, abs=0.15)
    assert "the last four steps were 0.25 of a usual one" in explain(stopped, 2).attrs["reasons"][0]


def test_what_stayed_is_counted_by_runs_without_a_change():
    seen = unchanged.past(np.array([[1.0, 1, 1, 2, 2, 3.5]]), 4)
    assert seen.times.tolist() == [[3, 1, 0, 0]]
    assert seen.cases.tolist() == [[5, 4, 3, 2]]
    assert seen.half[0] == pytest.approx(0.05 / 0.5)  # a tenth is printed, the mean step is a half


@given(times=st.integers(0, 20), centre=st.floats(-0.2, 0.2), width=st.floats(0.1, 5))
def test_a_figure_that_often_stayed_is_given_that_chance_and_no_less_than_before(times, centre, width):
    quantiles = (centre + width * (mixture.PROBABILITIES - 0.5))[None, :, None]
    seen = unchanged.Past(np.array([[times]]), np.array([[20]]), np.array([0.25]))
    after = unchanged.with_rest(quantiles, seen)[0, :, 0]
    assert (np.diff(after) >= 0).all()
    own, chance = (np.ptp(np.interp([-0.25, 0.25], q, mixture.PROBABILITIES)) for q in (quantiles[0, :, 0], after))
    due = (times + unchanged.WORTH * own) / (20 + unchanged.WORTH)
    assert chance == pytest.approx(max(own, due) if times else own, abs=0.06)  # quantiles stand 5 % apart


def test_figures_whose_season_is_under_their_print_have_no_season():
    index = pd.period_range("2010Q1", periods=60, freq="Q")
    once = np.where(np.arange(60) < 30, np.tile([0.3, 0, -0.3, 0], 15), np.tile([0.03, 0, -0.03, 0], 15))
    ahead = forecast(pd.Series((5 + once).round(1), index=index), horizon=4, frequency="quarterly")
    assert np.ptp(ahead["q50"]) < 0.05


def test_explain_says_when_no_change_was_made_likelier():
    lines = explain(yearly([5, 5, 5, 5, 6, 6, 6, 7, 7, 7, 9, 9]), 1).attrs["reasons"]
    assert "No change was made likelier: figures stayed for as long in 73% of past cases." in lines


def test_explain_speaks_three_languages():
    falling = yearly([10.4, 9.3, 8.8, 8.4, 8.1, 7.8, 7.3, 6.6, 6.6, 5.8, 5.4, 5.3, 5.2, 5.0, 5.1, 5.0, 4.9])
    words = {}
    for language in LANGUAGES:
        with in_language(language):
            words[language] = explain(falling, horizon=2).attrs["reasons"]
    assert words["ru"][-1].startswith("Диапазон ")
    assert words["kk"][-1].startswith("Аралық ")
    assert all(re.search("[а-я]", line) and not re.search("[a-z]", line) for line in words["ru"] + words["kk"])


def test_warnings_of_statsmodels_are_counted_and_not_shown(monkeypatch, recwarn, tmp_path):
    from typer.testing import CliRunner

    from helpers.cli.forecasts import app

    def stopped_early(y, horizon, period):
        warnings.warn("no convergence", UserWarning, stacklevel=1)
        return np.tile(y[-1], (len(PROBABILITIES), horizon))

    monkeypatch.setitem(methods.METHODS, "ets", methods._each(stopped_early))
    table = tmp_path / "table.csv"
    table.write_text("series_id,period,value\n" + "".join(f"{s},{2000 + n},{n % 3}\n" for s in "ab" for n in range(12)))
    words = [table, "--horizon", "2", "--method", "ets", "--output", tmp_path / "out.csv"]
    for command, times in (["forecast"], 2), (["backtest", "--jobs", "1", "--origins", "2"], 4):
        before = methods.fit_warnings()
        done = CliRunner().invoke(app, list(map(str, [*command, *words])))
        assert done.exit_code == 0, done.output
        assert methods.fit_warnings() - before == times
    assert "statsmodels warned 4 times while fitting" in done.stderr
    assert not [one for one in recwarn if "convergence" in str(one.message)]
