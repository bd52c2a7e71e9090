"""Published quarters narrow the current year: known answers on made quarters, and the record on real ones."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from helpers import prose, statistics
from helpers.forecast import expect, forecast
from helpers.forecast.quarters import distances, narrow


@pytest.fixture
def quarters():
    index = pd.period_range("2012Q1", "2026Q4", freq="Q")
    wave = 6 - 0.02 * np.arange(len(index)) + 0.1 * np.sin(np.arange(len(index)))
    return pd.Series(wave.round(1), index=index)


@pytest.fixture
def years(quarters):
    full = quarters[:"2025Q4"]
    means = full.groupby(full.index.year).mean().round(1)
    return means.set_axis(pd.PeriodIndex([str(y) for y in means.index], freq="Y"))


def width(forecast, row=0):
    return forecast["q90"].iloc[row] - forecast["q10"].iloc[row]


def test_four_quarters_leave_only_the_distance_of_year_and_quarters(years, quarters):
    plain = forecast(years, 2027, 0, 100, decimals=1)
    narrowed, found = narrow(plain, years, quarters, 1)
    left = narrowed.draws[:, 0] - quarters["2026"].mean()
    assert np.abs(left).max() <= np.abs(distances(years, quarters)).max() + 1e-9
    assert [(one.year, len(one.known), one.compared) for one in found] == [(2026, 4, 14)]


def test_two_quarters_narrow_less_than_four_and_more_than_none(years, quarters):
    plain = forecast(years, 2027, 0, 100, decimals=1)
    two, found = narrow(plain, years, quarters[:"2026Q2"], 1)
    four, _ = narrow(plain, years, quarters, 1)
    assert found[0].known == quarters["2026"][:2].set_axis([1, 2]).to_dict()
    assert width(four) < width(two) < width(plain)
    assert width(two, 1) < width(plain, 1)


def test_a_future_keeps_its_step_from_the_first_year_to_the_second(years, quarters):
    plain = forecast(years, 2027, 0, 100, decimals=1)
    narrowed, _ = narrow(plain, years, quarters[:"2026Q2"], 1)
    steps = np.sort(np.diff(plain.draws, axis=1), axis=None)
    assert np.sort(np.diff(narrowed.draws, axis=1), axis=None) == pytest.approx(steps)


@pytest.mark.parametrize("known", [None, "2025Q4"])
def test_without_quarters_of_the_year_the_forecast_stays_as_it_is(years, quarters, known):
    plain = forecast(years, 2027, 0, 100, decimals=1)
    same, found = narrow(plain, years, None if known is None else quarters[:known], 1)
    assert found == ()
    assert (same.draws == plain.draws).all()


def test_any_subset_of_quarters_narrows_its_year_by_how_far_such_quarters_lay_before(years, quarters):
    plain = forecast(years, 2027, 0, 100, decimals=1)
    third = quarters[:"2026Q3"].drop(pd.PeriodIndex(["2026Q1", "2026Q2"], freq="Q"))
    narrowed, found = narrow(plain, years, third, 1)
    assert found[0].known == {3: quarters["2026Q3"]}
    assert narrowed["q50"].iloc[0] == pytest.approx(quarters["2026Q3"], abs=0.02)
    assert width(narrowed) < width(plain)


def test_quarters_of_two_years_narrow_both_and_the_later_year_stays_on_its_own(years, quarters):
    past = years[:"2023"]
    plain = forecast(past, 2026, 0, 100, decimals=1)
    sparse = quarters[quarters.index.quarter == 4][:"2025Q4"]
    narrowed, found = narrow(plain, past, sparse, 1)
    assert [one.year for one in found] == [2024, 2025]
    assert narrowed["q50"].iloc[1] == pytest.approx(quarters["2025Q4"], abs=0.02)


def test_three_years_with_quarters_are_too_few_to_believe(years, quarters):
    plain = forecast(years, 2027, 0, 100, decimals=1)
    assert narrow(plain, years, quarters["2023Q1":], 1)[1] == ()


def first_months(years, months, of_year):
    """Figures of the first months of each year, as a function of the year's figure."""
    rows = [(period.year, months, of_year(figure)) for period, figure in years.items()]
    return pd.DataFrame(rows, columns=["year", "months", "value"])


@pytest.fixture
def counts():
    """Injured at work by year: no forecast tells them well, the first nine months do."""
    values = [820, 1010, 760, 990, 700, 930, 800, 1040]
    return pd.Series(values, pd.period_range("2018", periods=8, freq="Y"), dtype=float)


@pytest.mark.parametrize(
    ("of_year", "told"), [(lambda year: year * 0.75, 900 / 0.75), (lambda year: year - 150, 900 + 150)]
)
def test_nine_months_tell_the_year_by_their_ratio_or_their_difference_to_years_before(counts, of_year, told):
    plain = forecast(counts, 2028, 0, decimals=0)
    parts = first_months(counts, 9, of_year)
    parts.loc[len(parts)] = [2026, 9, 900.0]
    narrowed, found = narrow(plain, counts, None, 0, parts)
    assert narrowed["q50"].iloc[0] == pytest.approx(told, abs=0.5)
    assert width(narrowed) < 2
    assert [(one.year, one.known, one.months, one.compared) for one in found] == [(2026, {9: 900.0}, 9, 8)]
    assert found[0].apart == pytest.approx(0, abs=1e-9)


def test_the_longest_part_with_four_cases_counts_and_three_are_too_few(counts):
    plain = forecast(counts, 2027, 0, decimals=0)
    six, nine = (first_months(counts, months, lambda year, m=months: year * m / 12) for months in (6, 9))
    now = pd.DataFrame({"year": 2026, "months": [6, 9], "value": [500.0, 660.0]})
    both = narrow(plain, counts, None, 0, pd.concat([six, nine[-4:], now]))
    assert [one.months for one in both[1]] == [9]
    few = narrow(plain, counts, None, 0, pd.concat([six, nine[-3:], now]))
    assert (few[0]["q50"].iloc[0], few[1][0].months) == (pytest.approx(1000, abs=0.5), 6)
    assert narrow(plain, counts, None, 0, pd.concat([six[-3:], nine[-3:], now]))[1] == ()


def test_months_that_tell_less_than_the_forecast_change_nothing(counts):
    steady = counts * 0 + 800 + np.arange(len(counts))
    plain = forecast(steady, 2027, 0, decimals=0)
    parts = first_months(steady, 1, lambda year: 20 + 15 * (year % 3))
    parts.loc[len(parts)] = [2026, 1, 40.0]
    assert narrow(plain, steady, None, 0, parts)[1] == ()


@pytest.mark.slow
def test_womens_unemployment_of_past_years_rests_on_the_quarters_in_our_own_table(employment):
    women = employment[12]
    assert {one.year: one.known for one in women.narrowing} == {2024: {2: 5.2, 4: 5.1}, 2025: {2: 5.1, 3: 5.1, 4: 4.9}}
    assert women.judged.set_index("year")["probability"][[2024, 2025]].min() > 0.95


@pytest.mark.parametrize("year", range(2012, 2026, 3))
def test_two_quarters_would_have_come_within_a_tenth_or_two_of_unemployment(year):
    figures, quarters = statistics.series("unemployment"), statistics.series("unemployment_quarterly")
    plain = forecast(figures[: str(year - 1)], year, 0, 100, decimals=1)
    narrowed, _ = narrow(plain, figures[: str(year - 1)], quarters[: f"{year}Q2"], 1)
    assert abs(narrowed["q50"].iloc[0] - figures[str(year)]) < 0.2
    assert width(narrowed) < width(plain)


@pytest.mark.slow
def test_an_offices_own_months_narrow_its_forecast_and_the_page_says_so(counts, employment):
    known = first_months(counts, 9, lambda year: year * 0.75)
    known.loc[len(known)] = [2026, 9, 900.0]
    rows = known.assign(period=known["year"].astype(int).astype(str) + "-M09", status="part_year")
    figures = replace(statistics.figures("injured_at_work"), values=counts, observations=rows, breaks=[])
    expected = expect(figures, 2027)
    assert expected["q50"].iloc[0] == pytest.approx(1200, abs=0.5)
    outlook = replace(employment[11], narrowing=expected.narrowing)
    assert str(prose.paragraph(outlook).data).count("The figure for the first 9 months of 2026 (900.0%) narrows") == 1
