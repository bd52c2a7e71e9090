import numpy as np
import pandas as pd
import pytest

from helpers import UserError
from helpers.forecast import backtest


def table_of(**series):
    rows = [(name, 2010 + i, v) for name, values in series.items() for i, v in enumerate(values)]
    return pd.DataFrame(rows, columns=["series_id", "period", "value"])


HISTORY = [50.0, 52, 51, 54, 53, 56, 55, 58, 60, 59, 61]


@pytest.fixture(scope="module")
def results():
    table = table_of(**{"x#1": HISTORY, "x#2": HISTORY[::-1], "y#1": np.array(HISTORY) * 1000})
    return backtest.run(table, ["ensemble", "naive"], horizon=2, origins=3)


def test_every_method_series_origin_and_horizon_has_a_row(results):
    assert len(results) == 2 * 3 * 3 * 2
    assert sorted(results["origin"].unique()) == [2016, 2017, 2018]


def test_outcomes_stand_beside_the_forecasts_of_their_period(results):
    row = results.query("series_id == 'x#1' and method == 'naive' and origin == 2018 and horizon == 2").iloc[0]
    assert (row["period"], row["actual"], row["mean"]) == ("2020", 61, pytest.approx(60))


def test_a_forecast_knows_nothing_after_its_origin():
    changed = [*HISTORY[:-2], 900.0, 1000.0]
    first, second = (backtest.run(table_of(a=v), ["ensemble"], 2, 1) for v in (HISTORY, changed))
    assert first["q90"].tolist() == second["q90"].tolist()
    assert first["actual"].tolist() != second["actual"].tolist()


def test_naive_scores_one_against_itself(results):
    score = backtest.score(results).set_index("method").loc["naive"]
    assert score["OWA"] == pytest.approx(1)
    assert score["MASE_ratio"] == pytest.approx(1)


def test_losses_are_those_of_their_definitions():
    told = dict.fromkeys(["q025", "q10", "q25", "q50", "q75", "q90", "q975"], 10.0)
    row = {"method": "m", "series_id": "a", "origin": 1, "horizon": 1, "actual": 14.0, "mean": 10.0, "last": 12.0}
    result = backtest.losses(pd.DataFrame([{**row, **told, "scale": 2.0, "spread": 2.0}])).iloc[0]
    assert result["ASE"] == pytest.approx(2)
    assert result["ASE_naive"] == pytest.approx(1)
    assert result["sMAPE"] == pytest.approx(200 * 4 / 24)
    # all quantiles equal: the mean of p over the seven is a half, so that the CRPS is the absolute error
    assert result["CRPS"] == pytest.approx(2)
    assert result["MSIS"] == pytest.approx(40 * 4 / 2)
    assert result["coverage_80"] == 0


def test_coverage_counts_the_outcomes_inside():
    frame = pd.DataFrame(
        {"method": "m", "series_id": list("abcd"), "origin": 1, "horizon": 1, "actual": [1.0, 2, 3, 9]}
    )
    for column, value in zip(
        ["q025", "q10", "q25", "q50", "q75", "q90", "q975"], [0, 1, 1.5, 2, 2.5, 3, 10], strict=True
    ):
        frame[column] = float(value)
    frame = frame.assign(mean=2.0, last=2.0, scale=1.0, spread=1.0)
    score = backtest.score(frame).iloc[0]
    assert (score["coverage_80"], score["coverage_95"]) == (75, 100)


def test_scores_come_by_horizon_and_by_indicator(results):
    by_horizon = backtest.score(results, by=["horizon"])
    assert by_horizon.groupby("method")["horizon"].apply(list).tolist() == [[1, 2], [1, 2]]
    assert set(backtest.score(results, by=["indicator"])["indicator"]) == {"x", "y"}


def test_scores_do_not_depend_on_the_unit(results):
    # The ensemble itself reads a unit's printed decimals and percentages; the scores read nothing of it.
    score = backtest.score(results[results["method"] == "naive"], by=["series_id"]).set_index("series_id")
    assert score.loc["y#1", "CRPS"] == pytest.approx(score.loc["x#1", "CRPS"], rel=1e-6)


def test_both_cores_give_the_same_record_as_one(results):
    table = table_of(**{"x#1": HISTORY, "x#2": HISTORY[::-1], "y#1": np.array(HISTORY) * 1000})
    lines = []
    twice = backtest.run(table, ["ensemble", "naive"], horizon=2, origins=3, jobs=2, progress=lines.append)
    pd.testing.assert_frame_equal(results, twice)
    assert len(lines) == 6


def test_a_gap_costs_no_more_than_its_own_row():
    table = table_of(a=HISTORY)
    record = backtest.run(table[table["period"] != 2019], ["naive"], horizon=2, origins=1)
    assert record["period"].tolist() == ["2018"] or len(record) <= 2


def test_wrong_requests_are_named():
    with pytest.raises(UserError, match="no series has"):
        backtest.run(table_of(a=[1.0, 2, 3]), ["naive"], horizon=5)
    with pytest.raises(UserError, match="method is 'oracle'"):
        backtest.run(table_of(a=HISTORY), ["oracle"])
    with pytest.raises(UserError, match="origins"):
        backtest.run(table_of(a=HISTORY), ["naive"], origins=0)
    with pytest.raises(UserError, match="score by colour"):
        backtest.score(pd.DataFrame(), by=["colour"])
