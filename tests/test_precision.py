"""The rule of print: a target is met or missed by the figure as printed."""

from decimal import Decimal
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from helpers import UserError
from helpers.targets.precision import (
    as_printed,
    decimals_of,
    decimals_shown,
    edge,
    likelihood_words,
    met,
    probability_met,
    share_met,
)

figures = st.decimals(min_value=-10_000, max_value=10_000, allow_nan=False, places=4).map(float)
targets = st.decimals(min_value=-10_000, max_value=10_000, allow_nan=False, places=2).map(float)
directions = st.sampled_from(["higher", "lower"])


class NormalForecast:
    """A forecast with one period whose distribution is normal, mean 4.7 and standard deviation 0.1."""

    def _below(self, value):
        return pd.Series([NormalDist(4.7, 0.1).cdf(value)], index=[2026])

    def probability(self, at_least=None, at_most=None):
        return self._below(at_most) if at_least is None else 1 - self._below(at_least)


@pytest.mark.parametrize(("value", "expected"), [(4.74, True), (4.75, False), (4.7, True), (4.649, True), (4.8, False)])
def test_a_share_printed_with_one_decimal_meets_a_ceiling_of_4_7_up_to_4_74(value, expected):
    assert met(value, 4.7, "lower", 1) is expected


@pytest.mark.parametrize(("value", "expected"), [(4.65, True), (4.64, False), (4.7, True)])
def test_a_floor_of_4_7_is_met_from_4_65_on(value, expected):
    assert met(value, 4.7, "higher", 1) is expected


def test_halves_are_rounded_in_decimal_and_not_in_binary():
    assert as_printed(2.675, 2) == Decimal("2.68")
    assert as_printed(1.005, 2) == Decimal("1.01")
    assert as_printed(-0.25, 1) == Decimal("-0.3")


def test_a_target_finer_than_the_print_is_not_rounded():
    assert not met(4.7, 4.72, "higher", 1)
    assert met(4.75, 4.72, "higher", 1)


@given(figures, targets, directions, st.integers(0, 3))
def test_a_figure_meets_a_target_exactly_when_it_lies_on_the_right_side_of_the_edge(value, target, better, decimals):
    # A value on the edge is a half: positive halves round up, negative ones round down, so only the sides are compared.
    bound = edge(target, better, decimals)
    if abs(value - bound) > 1e-9:
        assert met(value, target, better, decimals) == ((value > bound) == (better == "higher"))


@given(figures, targets, st.integers(0, 3))
def test_every_figure_meets_at_least_one_of_floor_and_ceiling_at_the_same_printable_target(value, target, decimals):
    printable = float(as_printed(target, decimals))
    assert met(value, printable, "higher", decimals) or met(value, printable, "lower", decimals)


@given(figures, directions, st.integers(0, 4))
def test_a_figure_meets_itself_as_printed(value, better, decimals):
    assert met(value, float(as_printed(value, decimals)), better, decimals)


def test_decimals_are_read_from_the_figures():
    assert decimals_of(np.array([4.7, 4.8, 5.0])) == 1
    assert decimals_of(np.array([120.0, 95.0])) == 0
    assert decimals_of(np.array([0.1 + 0.2, 0.25])) == 2
    assert decimals_of(np.array([1 / 3, 2 / 3])) == 6
    assert decimals_of(np.array([29_195_290.0, 14_342.25])) == 2


def test_the_probability_is_that_of_the_printed_figure():
    lower = probability_met(NormalForecast(), 4.7, "lower", 1).iloc[0]
    higher = probability_met(NormalForecast(), 4.7, "higher", 1).iloc[0]
    assert lower == pytest.approx(NormalDist().cdf(0.5))
    assert higher == pytest.approx(NormalDist().cdf(0.5))
    assert lower + higher > 1  # both are met by a printed 4.7


def test_the_share_of_points_agrees_with_the_rule_for_each_point():
    points = np.array([[4.64], [4.65], [4.74], [4.75], [4.8]])
    for better in ("higher", "lower"):
        expected = np.mean([met(value, 4.7, better, 1) for value in points[:, 0]])
        assert share_met(points, np.array([[4.7]]), better, 1)[0, 0] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (1, "very likely"), (0.90, "very likely"), (0.89, "likely"), (0.66, "likely"), (0.65, "about as likely as not"),
        (0.34, "about as likely as not"), (0.33, "unlikely"), (0.11, "unlikely"), (0.10, "very unlikely"),
        (0, "very unlikely"),
    ],
)  # fmt: skip
def test_words_follow_the_calibrated_scale(probability, words):
    assert likelihood_words(probability) == words


@pytest.mark.parametrize("probability", [1.2, -0.1, float("nan"), "90 %", None])
def test_a_probability_outside_0_to_1_is_refused(probability):
    with pytest.raises(UserError, match="not a number from 0 to 1"):
        likelihood_words(probability)


def test_a_target_without_a_direction_is_refused():
    with pytest.raises(UserError, match="higher"):
        met(4.7, 4.7, "", 1)


def test_a_missing_figure_gets_no_verdict():
    with pytest.raises(UserError, match="not a figure"):
        met(float("nan"), 4.7, "lower", 1)


def test_a_wide_range_is_shown_without_decimals_that_say_nothing():
    assert decimals_shown(4.0, 4.7, 1) == 1
    assert decimals_shown(21.91, 22.60, 2) == 2
    assert decimals_shown(31.02, 68.86, 2) == 0
    assert decimals_shown(-64.5, 95.76, 2) == 0


@given(figures, figures, st.integers(0, 4))
def test_a_range_is_never_shown_with_more_decimals_than_its_figures_have(one, other, decimals):
    low, high = sorted((one, other))
    shown = decimals_shown(low, high, decimals)
    assert 0 <= shown <= decimals
    assert shown == decimals or (high - low) * 10 ** (shown + 1) > 100
