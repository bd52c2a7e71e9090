"""Gap and pace on figures with known answers, and the ambition of promises that nobody measures."""

import pandas as pd
import pytest

from helpers.targets.pace import earlier, kind_of, like_it, pace, promise, slope


def figures(values, last=2025):
    return pd.Series(values, index=pd.period_range(end=str(last), periods=len(values), freq="Y"), dtype=float)


def test_one_odd_year_does_not_turn_the_pace():
    assert slope(figures([10, 11, 12, 13, 14])) == 1
    assert slope(figures([10, 11, 40, 13, 14])) == pytest.approx(1)
    assert slope(figures([5])) == 0


def test_a_missing_year_counts_as_time():
    gap = figures([10, 11, 12, 13]).drop(pd.Period("2023", "Y"))
    assert slope(gap) == pytest.approx(1)


def test_earlier_spans_count_changes_of_at_least_as_much():
    rising = figures([1, 2, 4, 5, 7])
    assert earlier(rising, 1, 2, "higher") == (2, 4)
    assert earlier(rising, 2, 3, "higher") == (3, 3)
    assert earlier(rising, 1, -1, "lower") == (0, 4)
    assert earlier(-rising, 1, -2, "lower") == (2, 4)


def test_income_needs_four_times_its_recent_pace(found):
    known = pace(found["4"])
    assert (known.year, known.target, known.reached) == (2027, 32.7, False)
    assert known.gap == pytest.approx(16.4)
    assert known.needed == pytest.approx(8.2)
    assert known.years == pytest.approx(16.4 / known.recent)
    assert known.kind is None


def test_a_series_that_moves_away_never_gets_there(found):
    known = pace(found["5"])
    assert known.recent < 0 < known.gap
    assert known.years is None
    assert (known.managed, known.spans) == (0, 13)


def test_a_target_that_is_reached_needs_no_years(found):
    known = pace(found["11"])
    assert (known.reached, known.years) == (True, 0)


def test_an_indicator_without_open_targets_has_no_pace(found):
    assert pace(found["1"]) is None


@pytest.mark.parametrize(
    ("unit", "levels", "kind"),
    [("%", (10, 20), "share"), ("% of total income", (22, 28), "share"), ("%", (133, 200), "rate"),
     ("per 1,000 workers", (0.2,), "rate"), ("thousand people", (6,), "count"), ("% growth on 2019", (16,), "")],
)  # fmt: skip
def test_the_kind_of_an_indicator_follows_from_its_unit(unit, levels, kind):
    assert kind_of(unit, *levels) == kind


def test_no_class_knows_seven_years_or_a_count_of_nothing():
    assert like_it("%", 10, 20, 7, "higher") is None
    assert like_it("thousand people", 0, 20, 3, "higher") is None
    assert 0 < like_it("%", 10, 20, 5, "higher").achieved < 1


def test_a_promise_without_a_reported_figure_runs_from_what_the_plan_expected_of_2022(found):
    made = promise(found["1"])
    assert (made.since, made.start, made.year, made.target) == (2022, 32, 2027, 55)
    assert (made.kind.change, made.column) == (23, "current")


def test_a_promise_starts_at_the_reported_figure(found):
    made = promise(found["10"])
    assert (made.since, made.start, made.target, made.column) == (2021, 86.3, 90, "reported")


def test_a_promise_without_2022_starts_at_its_first_target_and_ends_at_its_last(found):
    assert (promise(found["18"]).since, promise(found["18"]).year) == (2023, 2027)
    assert promise(found["2"]).year == 2025
