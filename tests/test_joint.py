"""Statements on several targets at once: counted in futures, so that years hang together."""

import numpy as np
import pandas as pd
import pytest

from helpers import prose, targets
from helpers.forecast.distribution import distribution
from helpers.prose import statements
from helpers.targets.joint import all_met, expected_met, hits
from helpers.targets.judge import judge


def made(draws, goals, better="higher", figure=None):
    """An outlook of one indicator from 2025 on: futures made by hand, targets by year, decimals 0."""
    draws = np.array(draws, dtype=float)
    years = pd.period_range("2026", periods=draws.shape[1], freq="Y")
    expected = distribution(years, draws, (-np.inf, np.inf), 9, "ensemble")
    printed = pd.DataFrame([
        {"indicator": "x", "year": year, "column": "planned", "value": goal, "as_printed": str(goal),
         "reading": "certain", "evidence": ""} for year, goal in goals.items()
    ])  # fmt: skip
    history = pd.Series([8.0, 9.0 if figure is None else figure], index=pd.PeriodIndex(["2024", "2025"], freq="Y"))
    judged = judge(printed, history, expected, better, 0, measured=True)
    about = pd.Series({"better": better, "unit": "%", "name_en": "X"})
    row = pd.Series({"decimals": 0}, name="x")
    return targets.Outlook("x", about, "KAZ", row, history, forecast=expected, judged=judged)


# Futures that meet both years or none: multiplied chances would say a quarter, not a half.
TOGETHER = [[12, 12], [12, 12], [5, 5], [5, 5]]


def test_both_years_are_as_likely_as_one_when_they_hang_together():
    assert all_met(made(TOGETHER, {2026: 10, 2027: 10})) == 0.5


def test_futures_are_held_against_the_printed_target():
    outlook = made([[9.5], [9.4]], {2026: 10})
    assert hits(outlook).tolist() == [[True], [False]]


def test_a_target_that_should_be_low_is_held_against_the_printed_figure_too():
    outlook = made([[9.4], [9.6]], {2026: 9}, better="lower")
    assert hits(outlook).tolist() == [[True], [False]]


def test_indicators_are_drawn_independently():
    half = made([[12]] * 500 + [[5]] * 500, {2026: 10})
    count = expected_met(dict.fromkeys("abcd", half) | {"e": half})
    assert (count.open, count.expected) == (5, 2.5)
    assert (count.low, count.high) == (1, 4)


def test_expected_number_and_range_count_targets_of_all_indicators():
    sure, never = made([[12, 12]] * 4, {2026: 10, 2027: 10}), made([[5, 5]] * 4, {2026: 10, 2027: 10})
    count = expected_met({"a": sure, "b": never})
    assert count == (4, 2.0, 2, 2)
    assert expected_met({}) is None


def test_the_range_is_wider_when_years_hang_together():
    lot = np.random.default_rng(1)
    one = lot.normal(10, 3, (1000, 1))
    joined = made(np.repeat(one, 4, axis=1), dict.fromkeys(range(2026, 2030), 10))
    apart = made(lot.normal(10, 3, (1000, 4)), dict.fromkeys(range(2026, 2030), 10))
    wide, narrow = expected_met({"a": joined}), expected_met({"a": apart})
    assert (wide.low, wide.high) == (0, 4)
    assert narrow.high - narrow.low < 4
    assert wide.expected == pytest.approx(narrow.expected, abs=0.3)


def test_a_sentence_gives_the_joint_chance():
    every = statements.jointly(made([[12, 5], [5, 12], [5, 12], [12, 12]], {2026: 10, 2027: 10}))
    assert every == ["The chance of meeting every target from 2026 to 2027 is 25%."]


def test_a_single_open_target_needs_no_joint_sentence():
    assert statements.jointly(made([[12], [5]], {2026: 10})) == []


@pytest.mark.slow
def test_the_real_reports_say_it(employment):
    found = employment
    worries = prose.worries(found).data
    assert "of the 10 targets with a forecast can be expected to be met, with an 80% range of" in worries
    said = prose.paragraph(found["11"]).data
    assert "2 published quarters narrow the forecast of 2026 (Q1 2026 4.5 and Q2 2026 4.5)" in said
    # The last years' first halves lie within that, but 2001's first half was 0.85 points away: the sentence says whole.
    assert "never more than 0.13 points away from the mean of its four quarters" in said
    assert "0.10 points away from the mean of these quarters, as far as known" in prose.paragraph(found["12"]).data
    assert "The chance of meeting every target from 2026 to 2027 is" in said
    last = found["11"].judged.set_index("year").loc[2027, "probability"]
    assert all_met(found["11"]) <= last
