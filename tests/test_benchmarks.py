"""The benchmarks' own rules: what is drawn, what a forecast may have learnt from."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.forecast import corrections

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

# The programs themselves load much: each test asks for those that it needs.


@pytest.fixture(scope="module")
def panel(tmp_path_factory):
    """Three series of each of two indicators in a country of each fold, 2004 to 2023."""
    import world_panel

    rng, rows = np.random.default_rng(1), []
    for country in ("CA", "GB-BST", "MX"):
        for indicator in ("1-1-1", "3-2-1"):
            for number in range(3):
                values = 50 + rng.normal(size=20).cumsum()
                name = f"{country}-{indicator}-{number}"
                rows += [(name, country, indicator, 2004 + i, v) for i, v in enumerate(values)]
    path = tmp_path_factory.mktemp("world") / "panel.csv"
    pd.DataFrame(rows, columns=["series_id", "country", "indicator", "period", "value"]).to_csv(path, index=False)
    return world_panel.read(path)


def test_one_series_of_each_country_and_indicator_is_drawn_and_the_same_each_time(panel):
    import accuracy

    drawn = accuracy.world_cases(panel, 2014)
    assert [case.series for case in drawn] == [case.series for case in accuracy.world_cases(panel, 2014)]
    assert len({case.series.split("#")[0] for case in drawn}) == len(drawn) == 6
    assert {(len(case.history), len(case.future)) for case in drawn} == {(11, 5)}


def test_each_country_is_forecast_with_the_numbers_of_its_own_fold(panel):
    import accuracy

    cases, numbers = accuracy.world_cases(panel, 2014), corrections.read()
    twice = numbers.width.copy()
    twice[:, 0] += np.log(2)  # the first feature is the constant
    plain = accuracy.own(cases, 2, 1, "ensemble")
    wide = accuracy.own_abroad(cases, 2, 1, [numbers, numbers._replace(width=twice), numbers])
    changed = [case.series for case, q, p in zip(cases, wide, plain, strict=True) if not np.allclose(q, p)]
    assert changed == [case.series for case in cases if case.series.startswith("GB")]


def test_what_is_learnt_for_a_country_rests_on_other_countries_outcomes_before_the_origin(panel):
    import learn
    import world_panel

    windows = learn.windows(panel)
    numbers = learn.learn_before(windows, 2014, 0)
    year = windows.about["origin"].to_numpy()[:, None] + np.arange(1, world_panel.HORIZON + 1)
    secret = (year > 2014) | (windows.about["fold"] == 0).to_numpy()[:, None]
    other = windows._replace(outcomes=np.where(secret, 99.0, windows.outcomes))
    assert all(np.array_equal(a, b) for a, b in zip(numbers, learn.learn_before(other, 2014, 0), strict=True))
    assert not np.array_equal(numbers.width, learn.learn_before(windows, 2014, 1).width)


def test_chances_abroad_are_scored_on_the_outcomes_of_the_drawn_series(panel):
    import accuracy
    import chances

    cases = accuracy.world_cases(panel, 2014)
    table = chances.squares(cases, 2014, corrections.read())
    assert table["indicator"].tolist() == sorted(case.series.split("#")[0] for case in cases)
    assert (table["n"] == 2 * 7 * 5).all()  # two directions, seven targets, five years
    assert table[["ours", "oecd"]].to_numpy().max() < 1
