"""The record on a small made panel: the cases, the scores and their arithmetic, bad panels."""

import types
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest

from helpers import UserError
from helpers.forecast import check_panel, likely_bounds, read_panel, redraw
from helpers.record import scores as recording
from helpers.targets.precision import probability_met

LEVELS = (np.arange(199) + 0.5) / 199


def quantiles(levels):
    """Quantiles of the standard normal distribution."""
    return np.array([NormalDist().inv_cdf(level) for level in levels])


def last_figure(history, horizon, size, **_):
    """A stand-in for the engine: normal around the last figure, standard deviation 1, whatever the horizon."""
    scores = quantiles((np.arange(size) + 0.5) / size)
    columns = [np.random.default_rng(2027 + h).permutation(scores) for h in range(horizon)]
    return types.SimpleNamespace(draws=history.iloc[-1] + np.column_stack(columns))


@pytest.fixture
def stand_in(monkeypatch):
    """A fast engine, so that the tests are about the record and not about forecasts."""
    monkeypatch.setattr(recording, "forecast", last_figure)


def made_panel(last=2023, ids=("a#1", "a#2", "b#1"), first=2008):
    """Three series of two indicators: two rising by about one a year, one going up and down."""
    years = np.arange(first, last + 1)
    rows = []
    for number, series_id in enumerate(ids):
        noise = np.random.default_rng(number).normal(0, 0.5, len(years))
        values = 50 + (years - first) * (series_id[0] == "a") + noise
        rows.append(pd.DataFrame({"series_id": series_id, "period": years, "value": values.round(1)}))
    return pd.concat(rows, ignore_index=True)


def test_each_origin_and_horizon_has_seven_thresholds_in_both_directions(stand_in):
    table = recording.record(made_panel(), jobs=1)
    counts = table[table["method"] == "ours"].set_index("horizon")["n"]
    assert counts[1] == 3 * 3 * 7 * 2
    assert counts["all"] == 5 * counts[1]
    assert list(table.columns) == ["method", "horizon", "n", "brier", "crps", "coverage80", "coverage95"]
    assert list(table["method"].unique()) == ["ours", "naive", "linear", "eurostat", "escap", "oecd"]
    assert list(table.loc[table["method"] == "ours", "horizon"]) == [1, 2, 3, 4, 5, "all"]


def test_figures_that_were_never_published_are_not_scored(stand_in):
    counts = recording.record(made_panel(last=2020), jobs=1)
    counts = counts[counts["method"] == "ours"].set_index("horizon")["n"]
    assert counts[5] == 0
    assert counts[3] == 3 * 2 * 7 * 2  # 2019 and 2020 lie three years after 2016 and 2017
    assert counts["all"] == (3 + 3 + 2 + 1) * 3 * 7 * 2


def test_thresholds_are_the_last_figure_plus_multiples_of_the_mean_change_times_root_h():
    targets = recording._targets(np.array([1.0, 3.0, 2.0, 5.0]))  # mean absolute change 2
    np.testing.assert_allclose(targets[:, 0], 5 + 2 * np.array([-2, -1, -0.5, 0, 0.5, 1, 2]))
    np.testing.assert_allclose(targets[-1], 5 + 4 * np.sqrt([1, 2, 3, 4, 5]))


def test_the_naive_forecast_is_a_random_walk_with_normal_errors():
    values = np.array([10.0, 11.0, 10.0, 11.0, 10.0])  # root mean square change 1
    chance = recording._naive_probability(values, np.array([[10.0, 10.0, 10.0, 12.0, 10.0]]), "higher")
    np.testing.assert_allclose(chance, [[0.5, 0.5, 0.5, 1 - NormalDist().cdf(1), 0.5]])


def test_brier_is_averaged_by_indicator_first():
    ids, indicators = ["a#1", "a#2", "b#1"], ["a", "a", "b"]
    chances = {name: [1.0, 0.0, 0.5] for name in recording.NAMES}
    cases = pd.DataFrame({"indicator": indicators, "series_id": ids, "horizon": 1, "met": [1.0, 1.0, 1.0], **chances})
    figures = pd.DataFrame({
        "indicator": np.repeat(indicators, 6), "method": list(recording.NAMES) * 3, "horizon": 1, "crps": 1.0,
        "in80": 1.0, "in95": 1.0,
    })  # fmt: skip
    table = recording.summary(recording.Scored(cases, figures, pd.Series(dtype=object)))
    # Indicator a: (0 + 1) / 2; indicator b: 0.25; their mean.
    assert table.query("method == 'ours' and horizon == 'all'")["brier"].item() == pytest.approx((0.5 + 0.25) / 2)


def test_the_crps_of_a_single_value_is_its_absolute_error_and_that_of_a_normal_is_known():
    single = recording.figure_scores(np.array([[3.0]]), np.array([5.0]))
    assert single[0][0] == 2
    assert np.isnan(single[1][0])
    normal = recording.figure_scores(quantiles(LEVELS)[:, None], np.array([0.0]))
    known = (np.sqrt(2) - 1) / np.sqrt(np.pi)  # CRPS of a standard normal at its centre: Gneiting and Raftery (2007)
    assert normal[0][0] == pytest.approx(known, abs=0.01)


def test_calibration_compares_stated_with_observed_in_tenths():
    cases = pd.DataFrame({"indicator": ["a", "a", "b", "b"], "ours": [0.72, 0.78, 0.75, 1.0], "met": [1.0, 0, 1, 1]})
    table = recording.calibration(recording.Scored(cases, pd.DataFrame(), pd.Series(dtype=object)))
    assert list(table["tenth"]) == ["70-80 %", "90-100 %"]
    assert list(table["n"]) == [3, 1]
    assert table.loc[0, "stated"] == pytest.approx(0.75)
    assert table.loc[0, "observed"] == pytest.approx(2 / 3)


def test_a_series_that_never_changed_or_started_late_is_left_out_and_said_so(stand_in):
    flat = pd.DataFrame({"series_id": "c#1", "period": range(2008, 2024), "value": 7.0})
    late = made_panel(ids=("d#1",), first=2017)
    ended = made_panel(ids=("e#1",), last=2015)
    table = recording.record(pd.concat([made_panel(), flat, late, ended]), jobs=1)
    left_out = table.attrs["left_out"]
    assert list(left_out.index) == ["c#1", "d#1", "e#1"]
    assert "no change" in left_out["c#1"]
    assert "fewer than 5" in left_out["d#1"]
    assert "no figure for an origin" in left_out["e#1"]
    assert recording.left_out_line(table).startswith("3 series left out: 1 ")


def test_only_the_unbroken_run_up_to_the_origin_is_used():
    values = pd.Series(range(12), index=[2004, 2005, *range(2008, 2018)], dtype=float)
    assert list(recording._task("a#1", values, 2016).known.index.year) == list(range(2008, 2017))


def test_a_panel_without_anything_to_score_says_why(stand_in):
    with pytest.raises(UserError, match="no figure for an origin"):
        recording.record(made_panel(last=2015), jobs=1)


def test_no_processes_is_refused():
    with pytest.raises(UserError, match="1 or more"):
        recording.score(made_panel(), jobs=0)


@pytest.mark.slow
def test_both_cores_give_the_same_record_as_one(stand_in):
    pd.testing.assert_frame_equal(recording.record(made_panel(), jobs=2), recording.record(made_panel(), jobs=1))


def test_the_record_is_written_whole(stand_in, tmp_path):
    panel, output = tmp_path / "panel.csv", tmp_path / "record.csv"
    made_panel().to_csv(panel, index=False)
    recording.write_record(panel, output, jobs=1)
    written = pd.read_csv(output)
    assert len(written) == 6 * 6
    assert written.loc[written["method"] == "eurostat", "coverage80"].isna().all()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["panel.csv", "record.csv"]


def test_a_failed_record_leaves_the_old_one_in_place(tmp_path):
    panel, output = tmp_path / "panel.csv", tmp_path / "record.csv"
    made_panel(last=2015).to_csv(panel, index=False)
    output.write_text("old")
    with pytest.raises(UserError):
        recording.write_record(panel, output, jobs=1)
    assert output.read_text() == "old"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("series_id,period,value\na#1,2010,1.5\na#1,2011,n/a\n", "row 3, series a#1: value is 'n/a'"),
        ("series_id,period,value\na#1,2010,\n", "row 2, series a#1: value is missing"),
        ("series_id,period,value\na#1,2010,inf\n", "row 2, series a#1: value is 'inf'"),
        ("series_id,period,value\na#1,2010Q1,1\n", "row 2, series a#1: period is no year"),
        ("series_id,period,value\na#1,10,1\n", "row 2, series a#1: period is no year"),
        ("series_id,period,value\na#1,2010,1\na#1,2010,2\n", "row 3, series a#1: period 2010 twice"),
        ("series_id,year,value\na#1,2010,1\n", "no column period"),
        ("series_id,period,value\n", "no rows"),
        ("", "is empty"),
    ],
)
def test_a_faulty_panel_gets_one_line_that_names_the_place(tmp_path, text, message):
    path = tmp_path / "panel.csv"
    path.write_text(text)
    with pytest.raises(UserError, match=f"panel.csv.*{message}") as fault:
        read_panel(path)
    assert "\n" not in str(fault.value)


def test_a_panel_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(UserError, match=r"nowhere.csv: no such file"):
        read_panel(tmp_path / "nowhere.csv")


def test_a_checked_panel_is_sorted_and_typed():
    checked = check_panel(pd.DataFrame({"series_id": ["b", "a"], "period": ["2011", "2010"], "value": ["1", "2.5"]}))
    assert checked["series_id"].tolist() == ["a", "b"]
    assert checked["value"].tolist() == [2.5, 1.0]


def test_redrawn_paths_do_not_explode_from_figures_near_zero():
    paths = redraw(np.array([0.01, 50.0, 0.01, 40.0, 60.0]), 5, 500, 1)
    assert paths.max() <= 60 + 2 * 49.99 * 5


def test_bounds_are_suggested_only_by_figures_that_allow_them():
    assert likely_bounds(np.array([1.0, 99.0])) == (0, 100)
    assert likely_bounds(np.array([1.0, 101.0])) == (0, None)
    assert likely_bounds(np.array([-1.0, 50.0])) == (None, None)


@pytest.mark.slow
def test_on_random_walks_the_naive_forecast_is_calibrated_and_hard_to_beat(stand_in):
    rng, years = np.random.default_rng(5), np.arange(2003, 2024)
    parts = [
        pd.DataFrame({"series_id": f"i{k}#", "period": years, "value": 200 + rng.normal(0, 1, len(years)).cumsum()})
        for k in range(100)
    ]
    scored = recording.score(pd.concat(parts), jobs=1)
    brier = recording.summary(scored).query("horizon == 'all'").set_index("method")["brier"]
    assert brier["naive"] == brier.drop("ours").min()
    table = recording.calibration(scored, "naive")
    assert (table["stated"] - table["observed"]).abs().max() < 0.05


@pytest.mark.slow
def test_the_record_runs_on_the_real_engine():
    pytest.importorskip("helpers.forecast")
    table = recording.record(made_panel(), jobs=1).query("horizon == 'all'").set_index("method")
    assert 0 < table.loc["ours", "brier"] < 0.25
    assert 0.5 < table.loc["ours", "coverage80"] <= 1


@pytest.mark.slow
def test_the_printed_probability_can_be_asked_of_a_real_forecast():
    engine = pytest.importorskip("helpers.forecast")
    history = pd.Series([5.2, 5.1, 5.0, 5.0, 4.9, 4.9, 4.8], index=pd.period_range("2017", periods=7, freq="Y"))
    made = engine.forecast(history, horizon=2)
    unrounded, printed = made.probability(at_most=4.7), probability_met(made, 4.7, "lower", 1)
    assert (printed > unrounded).all()
    assert printed.between(0, 1).all()
