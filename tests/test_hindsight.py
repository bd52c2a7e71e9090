"""Forecasts of an earlier day: they know nothing later, and are compared only with what compares."""

import numpy as np
import pandas as pd
import pytest

from helpers import files, forecast, statistics, targets
from helpers.record import hindsight
from helpers.record.hindsight import by_horizon


@pytest.fixture(scope="module")
def then():
    return targets.outlooks(as_of="2022-12-31")


@pytest.fixture
def now(found):
    return found


@pytest.fixture
def made(hindcasts):
    return hindcasts


@pytest.mark.slow
def test_a_forecast_of_the_signing_knows_no_later_figure(then, now):
    checked = hindsight.since(then, now)
    for row in checked.to_dict("records"):
        history = then[row["indicator"]].history
        assert history.index[-1].year <= 2022
        assert row["naive"] == history.iloc[-1]
        assert row["figure"] == now[row["indicator"]].history[str(row["year"])]
        assert row["low"] < row["median"] < row["high"]
    # Of 20 cases, 11 have a forecast that is the last figure known when both are printed.
    assert np.sign(checked["gain"]).value_counts().to_dict() == {0: 11, 1: 7, -1: 2}


def test_a_past_forecast_rests_on_the_figures_of_its_day(tmp_path):
    lines = [
        "series,area,period,value,status,source,published,read_on",
        "unemployment,KAZ,2020,4.9,final,a,2021-02-14,",
        "unemployment,KAZ,2020,5.1,final,a,,2022-06-01",
        "unemployment,KAZ,2021,4.8,final,a,2022-02-14,",
        "unemployment,KAZ,2022,4.7,final,a,2023-02-14,",
    ]
    (tmp_path / "observations.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for name in ("series.csv", "areas.csv"):
        (tmp_path / name).write_bytes((files.STATISTICS / name).read_bytes())
    known = statistics.figures("unemployment", folder=tmp_path)
    for year, figures in (("2021", [4.9, 4.8]), ("2022", [5.1, 4.8, 4.7])):
        assert list(forecast.known_at(known, pd.Period(year))) == figures


@pytest.mark.slow
def test_indicators_that_were_redefined_since_are_not_compared(then, now):
    assert not {"17", "25"} & set(hindsight.since(then, now).query("year > 2022")["indicator"])


def test_a_figure_is_inside_a_range_as_both_are_printed():
    row = {"low": 4.66, "high": 5.0, "figure": 4.7}
    assert hindsight._within(row, 1)
    assert not hindsight._within(row | {"figure": 4.6}, 1)


@pytest.mark.slow
def test_no_past_forecast_looks_across_a_break(made):
    for edge in statistics.breaks("poverty"):
        rows = made[made["indicator"] == "7"]
        assert not ((rows["origin"] <= edge.year) & (rows["year"] > edge.year)).any()


@pytest.mark.slow
def test_the_naive_forecast_of_every_origin_is_its_last_figure(made, now):
    history = now["11"].history
    rows = made[made["indicator"] == "11"]
    assert rows["naive"].tolist() == [history[str(origin)] for origin in rows["origin"]]
    assert rows["horizon"].max() == 5


def test_each_indicator_weighs_the_same():
    few = pd.DataFrame({"indicator": "a", "horizon": 1, "in80": [1.0], "crps": 1.0, "error": 1.0})
    many = pd.DataFrame({"indicator": "b", "horizon": 1, "in80": [0.0] * 9, "crps": 3.0, "error": 3.0})
    table = pd.concat([few, many]).assign(in95=1.0, naive80=1.0, naive95=1.0, crps_naive=4.0, error_naive=2.0)
    scores = by_horizon(table).set_index("horizon")
    assert scores.loc["1", "in80"] == 0.5
    assert scores.loc["all", "crps_ratio"] == pytest.approx(2 / 4)
    assert scores.loc["all", "error_ratio"] == pytest.approx(1)
    assert scores.loc["all", "n"] == 10


@pytest.mark.slow
def test_the_scores_of_past_forecasts_are_finite_shares(made):
    scores = by_horizon(made)
    assert list(scores["horizon"]) == ["1", "2", "3", "4", "5", "all"]
    assert np.isfinite(scores[["crps_ratio", "error_ratio"]].to_numpy(float)).all()
    assert scores[["in80", "in95"]].stack().between(0, 1).all()
