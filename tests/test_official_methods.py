"""The official methods on worked examples. The notes print none with figures; these were computed by hand."""

import numpy as np
import pandas as pd
import pytest

from helpers import UserError
from helpers.targets.official import (
    TREND_LEVEL,
    WORDS,
    _has_trend as has_trend,
    escap,
    eurostat,
    linear,
    methods,
    oecd,
)


def series(values, first=2015):
    return pd.Series(values, index=pd.period_range(str(first), periods=len(values), freq="Y"), dtype=float)


def judge(method, history, target, year, better, **options):
    said = method(history, np.array([[float(target)]]), np.array([year]), better, **options)
    return said.verdict[0, 0], said.probability[0, 0], said.predicted[0]


def growing(rate, years=6, start=100.0):
    return series([start * (1 + rate) ** step for step in range(years)])


# 100 in 2015 and a target of 134.39 in 2025 ask for 3 % a year (1.03^10 = 1.34392).
@pytest.mark.parametrize(
    ("rate", "verdict"),
    [
        (0.03, "significant progress"),
        (0.0286, "significant progress"),  # 95.3 % of 3 %
        (0.0284, "moderate progress"),  # 94.7 %
        (0.0181, "moderate progress"),  # 60.3 %
        (0.0179, "insufficient progress"),  # 59.7 %
        (0.0, "insufficient progress"),
        (-0.001, "movement away"),
    ],
)
def test_eurostat_compares_actual_with_required_growth_at_95_60_and_0_percent(rate, verdict):
    assert judge(eurostat, growing(rate), 134.39, 2025, "higher")[0] == verdict


def test_eurostat_counts_a_fall_as_progress_where_lower_is_better():
    # From 10 to 8 in five years is -4.36 % a year; from 10 to 6 in ten years asks for -4.98 %: 88 % of the pace.
    history = series([10, 9.5, 9, 8.7, 8.3, 8])
    assert judge(eurostat, history, 6, 2025, "lower")[0] == "moderate progress"
    assert judge(eurostat, history, 12, 2025, "higher")[0] == "movement away"


def test_eurostat_calls_a_target_already_reached_met():
    assert judge(eurostat, growing(0.03), 110, 2025, "higher")[:2] == ("target met", WORDS["eurostat"]["target met"])


def test_eurostat_uses_average_changes_where_growth_rates_do_not_exist():
    # From -5 to 0 in five years is 1 a year; from -5 to 5 in ten years asks for 1 a year.
    assert judge(eurostat, series([-5, -4, -3, -2, -1, 0]), 5, 2025, "higher")[0] == "significant progress"


def test_eurostat_starts_from_the_baseline_year_given():
    history = series([100, 120, 110, 112, 114, 116, 118])
    assert judge(eurostat, history, 130, 2025, "higher", baseline=2017)[0] == "moderate progress"  # 1.77 against 2.11 %
    assert judge(eurostat, history, 150, 2025, "higher", baseline=2016)[0] == "movement away"


def test_escap_prolongs_a_straight_line_whatever_the_weights():
    verdict, _, predicted = judge(escap, series([10, 12, 14, 16, 18]), 30, 2025, "higher")
    assert predicted == pytest.approx(30)
    assert verdict == "on track"


def test_escap_gives_more_weight_to_younger_figures():
    # Weights 1/4, 1/2 and 1; polyfit takes their roots.
    weights = np.sqrt([0.25, 0.5, 1])
    line = np.polyfit([2015, 2016, 2017], [0, 0, 6], 1, w=weights)
    assert judge(escap, series([0, 0, 6]), 50, 2020, "higher")[2] == pytest.approx(np.polyval(line, 2020))


@pytest.mark.parametrize(("target", "verdict"), [(30, "on track"), (32, "on track"), (33, "accelerate")])
def test_escap_forgives_a_gap_of_a_tenth_of_the_progress_needed(target, verdict):
    # Predicted 30, start 10: a target of 32 leaves 2 of 22 (9 %), one of 33 leaves 3 of 23 (13 %).
    assert judge(escap, series([10, 12, 14, 16, 18]), target, 2025, "higher")[0] == verdict


def test_escap_calls_for_a_reversal_when_the_prediction_is_no_nearer_than_the_start():
    assert judge(escap, series([18, 16, 14, 12, 10]), 20, 2025, "higher")[0] == "reverse"


def test_oecd_is_certain_when_every_past_change_leads_beyond_the_target():
    assert judge(oecd, series([10, 11, 12.5, 13.5, 15]), 15.5, 2022, "higher")[:2] == ("likely", 1.0)


def test_oecd_simulates_no_drift_where_ranks_show_no_trend():
    history = series([10, 12, 9, 12, 10, 11, 10, 12, 11])
    _, chance, predicted = judge(oecd, history, 11, 2026, "higher")
    assert predicted == pytest.approx(11, abs=0.3)
    assert 0.35 < chance < 0.65


def test_oecd_keeps_shares_within_0_and_100():
    said = oecd(series([80, 84, 88, 92, 96]), np.array([[99.0]]), np.array([2025]), "higher")
    assert said.points.max() == 100
    assert judge(oecd, series([80, 84, 88, 92, 96]), 101, 2025, "higher")[:2] == ("unlikely", 0.0)


def test_a_trend_is_what_spearmans_test_says():
    from scipy.stats import spearmanr

    rng = np.random.default_rng(2)
    years = [np.sort(rng.choice(np.arange(1990, 2026), size, replace=False)) for size in range(3, 33)]
    figures = [np.round(rng.normal(size=len(one)).cumsum() + 0.1 * np.arange(len(one)), 1) for one in years]
    expected = [bool(spearmanr(*one).pvalue < TREND_LEVEL) for one in zip(years, figures, strict=True)]
    assert [has_trend(*one) for one in zip(years, figures, strict=True)] == expected
    assert 5 < sum(expected) < 25
    assert not has_trend(years[9], np.ones(12))


def test_a_straight_line_gives_its_slope_and_interval_back():
    from scipy.stats import t  # takes long to load

    rng = np.random.default_rng(1)
    history = series(5 + 2.0 * np.arange(30) + rng.normal(0, 0.1, 30), first=1990)
    said = linear(history, np.array([[70.0]]), np.array([2022]), "higher")
    assert said.predicted[0] == pytest.approx(5 + 2 * 32, abs=0.2)
    spread = (np.quantile(said.points, 0.9) - np.quantile(said.points, 0.1)) / (2 * t.ppf(0.9, 28))
    assert spread == pytest.approx(0.1, rel=0.4)
    assert said.verdict[0, 0] == "missed"


def test_the_methods_stand_side_by_side():
    table = methods(series([10, 9, 8.5, 8, 7, 6.5]), 5, 2024, "lower")
    assert list(table.columns) == ["method", "verdict", "probability", "predicted"]
    assert sorted(table["method"]) == ["escap", "eurostat", "linear", "oecd"]
    assert table["probability"].between(0, 1).all()


def test_years_may_be_whole_numbers_and_missing_figures_are_left_out():
    history = series([10, 9, 8.5, 8, 7, 6.5])
    gap = pd.concat([history.rename(lambda period: period.year), pd.Series({2030: np.nan})])
    pd.testing.assert_frame_equal(methods(gap, 5, 2024, "lower"), methods(history, 5, 2024, "lower"))


def test_the_same_history_gives_the_same_answer_twice():
    history = series([10, 9, 9.5, 8, 8.2, 7])
    pd.testing.assert_frame_equal(methods(history, 7, 2023, "lower"), methods(history, 7, 2023, "lower"))


def test_two_figures_are_too_few():
    with pytest.raises(UserError, match="too few"):
        methods(series([1, 2]), 3, 2020, "higher")


def test_a_target_without_a_direction_is_refused():
    with pytest.raises(UserError, match="higher"):
        methods(series([1, 2, 3]), 3, 2020, "up")


def test_a_target_year_that_has_passed_is_refused():
    with pytest.raises(UserError, match="2016"):
        methods(series([1, 2, 3, 4]), 3, 2016, "higher")
