"""The reference class: known answers on a table made by hand, and sanity of the committed one."""

import runpy

import numpy as np
import pandas as pd
import pytest

from helpers import UserError
from helpers.files import ROOT
from helpers.targets.ambition import QUANTILES, STORED, ambition, reference_class

BUILDER = ROOT / "scripts" / "build_reference_class.py"


def row(kind, level_from, level_to, years, low, high):
    """A row in which changes are spread evenly from low to high."""
    quantiles = dict(zip(QUANTILES, low + (high - low) * np.array(STORED) / 100, strict=True))
    fixed = {"kind": kind, "level_from": level_from, "level_to": level_to, "years": years}
    return {**fixed, "indicators": 3, "series": 7, "changes": 90, **quantiles}


@pytest.fixture
def table():
    return pd.DataFrame([
        row("share", 0, 50, 2, -10, 10), row("share", 50, 100, 2, -4, 4),
        row("rate", np.nan, np.nan, 2, -50, 50), row("count", np.nan, np.nan, 2, 0, 0),
    ])  # fmt: skip


def test_a_quarter_of_the_changes_from_minus_10_to_10_reach_5_points(table):
    found = ambition("share", 20, 25, 2, "higher", table)
    assert (found.achieved, found.change) == (pytest.approx(0.25), 5.0)


def test_a_fall_of_as_many_points_is_as_frequent_in_an_even_class(table):
    assert ambition("share", 20, 15, 2, "lower", table).achieved == pytest.approx(0.25)


def test_the_band_is_that_of_the_level_at_the_start(table):
    assert ambition("share", 60, 65, 2, "higher", table).achieved == 0
    assert ambition("share", 50, 52, 2, "higher", table).achieved == pytest.approx(0.25)
    assert ambition("share", 100, 100, 2, "higher", table).achieved == pytest.approx(0.5)


def test_rates_are_compared_by_relative_change(table):
    assert ambition("rate", 200, 250, 2, "higher", table).achieved == pytest.approx(0.25)
    assert ambition("rate", 200, 250, 2, "lower", table).achieved == pytest.approx(0.75)


def test_changes_equal_to_the_one_needed_count_as_achieved(table):
    assert ambition("count", 10, 10, 2, "higher", table).achieved == 1
    assert ambition("count", 10, 10, 2, "lower", table).achieved == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("share", 20, 25, 9, "higher"), "9 years"),
        (("share", 20, 25, 2, "more"), "higher"),
    ],
)
def test_bad_questions_get_one_clear_line(table, arguments, message):
    with pytest.raises(UserError, match=message):
        ambition(*arguments, table)


def test_the_committed_table_is_ordered_and_complete():
    committed = reference_class()
    assert set(committed["kind"]) == {"share", "rate", "count"}
    assert (committed.groupby(["kind", "level_from"], dropna=False)["years"].nunique() == 6).all()
    assert (np.diff(committed[QUANTILES].to_numpy(), axis=1) >= 0).all()
    assert (committed["indicators"] >= 5).all()


def test_larger_changes_are_never_more_frequent_in_the_committed_table():
    for level in (3, 10, 30, 60, 90):
        achieved = [ambition("share", level, target, 3, "higher").achieved for target in range(level, 101, 2)]
        assert all(np.diff(achieved) <= 1e-12)


def test_the_builder_weighs_indicators_and_not_regions():
    build = runpy.run_path(str(BUILDER))
    many = pd.DataFrame({"indicator": "a", "series_id": [f"a#{i}" for i in range(99)], "change": 1.0})
    one = pd.DataFrame({"indicator": "b", "series_id": ["b#0"], "change": 3.0})
    made = build["summarise"](pd.concat([many, one]), "rate", np.nan, 1)
    assert made["q050"] == pytest.approx(2, abs=1)
    assert 1 < made["q070"] < 3
    assert (made["indicators"], made["series"], made["changes"]) == (2, 100, 100)


def test_the_builder_counts_changes_over_the_years_asked_and_skips_gaps():
    build = runpy.run_path(str(BUILDER))
    panel = pd.DataFrame({
        "series_id": "a#", "period": [2010, 2011, 2013], "value": [10.0, 12.0, 15.0], "indicator": "a", "kind": "share",
    })  # fmt: skip
    assert build["changes_over"](panel, 2)["change"].tolist() == [3.0]
    assert build["changes_over"](panel.assign(kind="rate"), 1)["change"].tolist() == [pytest.approx(20)]


def test_the_builder_reads_kinds_from_the_range_of_the_figures():
    kind_of = runpy.run_path(str(BUILDER))["kind_of"]
    assert kind_of(pd.Series([0.0, 99.0], name="8-5-2")) == "share"
    assert kind_of(pd.Series([3.0, 5_000.0], name="9-1-2")) == "count"
    assert kind_of(pd.Series([80.0, 120.0], name="10-1-1")) == "rate"
    assert kind_of(pd.Series([10.0, 20.0], name="3-1-1")) == "rate"
