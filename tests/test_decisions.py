"""Decisions on a forecast: they change what they name, stand beside the forecast, and bad ones are refused."""

from html import unescape
from importlib import import_module

import pytest

from helpers import UserError, charts, forecast, plan, prose, tables, targets
from helpers.charts.frame import styled
from helpers.language import in_language
from helpers.prose import statements
from helpers.targets.decisions import COLUMNS, decisions, undo

HEAD = ",".join(COLUMNS)


@pytest.fixture(scope="module")
def write(tmp_path_factory):
    def write(*lines):
        path = tmp_path_factory.mktemp("decided") / "decisions.csv"
        path.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="module")
def moved(write):
    path = write("11,,,2019:+9 2026:+0.5,A. Author,2026-11-01,a plant closes in autumn.")
    return targets.outlooks(3, as_of="2026-11-22", decided=path)["11"]


def test_the_committed_table_decides_nothing():
    assert decisions(["11"]) == {}


@pytest.mark.slow
def test_an_adjustment_moves_its_year_and_no_other(moved, found):
    plain = found["11"]
    assert (moved.forecast.draws == plain.forecast.draws).all()
    assert moved.adjusted["q50"].tolist() == pytest.approx([plain.forecast["q50"][0] + 0.5, plain.forecast["q50"][1]])


def test_verdict_and_table_rest_on_the_adjusted_forecast(moved):
    judged = moved.judged.set_index("year")
    assert judged.loc[2026, "median"] == moved.adjusted["q50"][0]
    assert judged.loc[2026, "verdict"] == "very unlikely"
    assert tables.forecasts({"11": moved}).rows[0].cells[2].words == "5.0"


def test_the_report_names_the_adjustment_and_its_reason(moved):
    said = unescape(prose.paragraph(moved).data)
    assert "moves the forecast for 2026 by +0.50 points; without it the median would be 4.5%" in said
    assert "A. Author: a plant closes in autumn." in said


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "kk", "ru"])
def test_an_adjustment_that_is_only_tried_in_a_notebook_names_no_reason(language):
    row = plan.target_row("11")
    figures = targets.figures_of(row, "2026-11-22")
    outlook = targets.verdict(row, figures, forecast.expect(figures, 2027, judgement={2026: 0.5}))
    with in_language(language):
        (sentence,) = statements.adjusted(outlook)
    assert sentence.endswith(".")
    assert not any(word in sentence for word in (":.", "reason", "Обоснование", "себебі"))


def test_the_chart_draws_both_in_different_colours(moved):
    axes = charts.fan(moved).figure.axes[0]
    ends = {line.get_color(): line.get_ydata()[1] for line in axes.lines if len(line.get_ydata()) == 3}
    assert ends[charts.BLUE] == moved.forecast["q50"][0]
    assert charts.PURPLE in ends
    assert "adjusted forecast" in " ".join(words.get_text() for words in axes.texts).replace("\n", " ")


def test_a_region_is_not_adjusted(write):
    almaty = targets.outlooks(
        3, area="KZ-75", as_of="2026-11-22", decided=write("11,,,2026:+0.5,A. Author,2026-11-01,why")
    )["11"]
    assert almaty.adjusted is None


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("99,,,2026:0.5,who,2026-11-01,why", "line 2: the plan has no indicator '99'"),
        ("11,,,soon:0.5,who,2026-11-01,why", "add 'soon:0.5' can't be read"),
        ("11,,,2026:much,who,2026-11-01,why", "add '2026:much' can't be read"),
        ("11,,,2026:nan,who,2026-11-01,why", "add '2026:nan' can't be read"),
        ("11,,,2026:1 2026:2,who,2026-11-01,why", "add names 2026 twice"),
        ("11,prophet,,,who,2026-11-01,why", "method 'prophet' is unknown; use one of"),
        ("11,,soon,,who,2026-11-01,why", "since 'soon' is no year"),
        ("11,ets,,,who,2026-11-01, ", "why is empty"),
        ("11,ets,,, ,2026-11-01,why", "who is empty"),
    ],
)
def test_a_bad_adjustment_is_refused_in_one_line(write, line, fault):
    with pytest.raises(UserError, match=fault) as caught:
        targets.outlooks(3, as_of="2026-11-22", decided=write(line))
    assert "\n" not in str(caught.value)


def test_a_table_with_other_columns_is_refused(tmp_path):
    path = tmp_path / "decisions.csv"
    path.write_text("indicator,year\n11,2026\n", encoding="utf-8")
    with pytest.raises(UserError, match="the columns must be indicator, method"):
        decisions(["11"], path)


@pytest.mark.slow
def test_a_method_and_a_window_that_were_decided_on_are_used(write):
    path = write("12,ets,2016,,A. Author,2026-11-01,the definition settled in 2016")
    women = targets.outlooks(3, as_of="2026-11-22", decided=path)["12"]
    alone = forecast.expect(women.figures, 2027, method="ets", since=2016, quarters=targets.quarters_of(women.figures))
    assert women.expected["q50"].tolist() == alone["q50"].tolist()
    assert women.decision.why == "the definition settled in 2016"


@pytest.mark.slow
def test_a_decision_is_written_and_undone(tmp_path):
    path = tmp_path / "decisions.csv"
    change = targets.decide(12, method="drift", since=2016, who="A. Author", why="first", table=path)
    assert change.written
    assert change.after.judged["probability"].tolist() != change.before.judged["probability"].tolist()
    targets.decide(12, add={2026: -0.3}, who="A. Author", why="second", table=path)
    assert decisions(["12"], path)["12"].add == {2026: -0.3}
    assert undo("12", path).why == "second"
    assert (decisions(["12"], path)["12"].method, decisions(["12"], path)["12"].since) == ("drift", 2016)
    undo("12", path)
    with pytest.raises(UserError, match="no decision to undo"):
        undo("12", path)


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        ({"add": {2024: 1}}, "the figure of 2024 is known; decide on years after 2025"),
        ({"add": {2026: float("nan")}}, "add must hold numbers"),
        ({"method": "prophet"}, "method 'prophet' is unknown"),
        ({"method": "drift", "who": " "}, "say who decides"),
        ({}, "nothing is decided"),
    ],
)
def test_a_bad_decision_is_not_written(tmp_path, asked, fault):
    path = tmp_path / "decisions.csv"
    with pytest.raises(UserError, match=fault):
        targets.decide("11", as_of="2026-11-22", **{"who": "A. Author", "why": "because", "table": path} | asked)
    assert not path.exists()


def test_without_a_name_and_a_reason_a_decision_is_only_shown(tmp_path):
    path = tmp_path / "decisions.csv"
    change = targets.decide("11", add={2026: 0.5}, as_of="2026-11-22", table=path)
    assert not change.written
    assert not path.exists()
    assert "Nothing is written" in repr(change)


def test_what_is_asked_for_comes_before_what_was_decided(write):
    rows = plan.target_rows(3)
    table = write("12,drift,2016,,A. Author,2026-11-01,why.")
    assert targets.choices(rows, table=table)["12"].method == "drift"
    assert targets.choices(rows, method="naive", since=2012, table=table)["12"].since == 2012
    assert targets.choices(rows, method="naive", table=table)["12"].method == "naive"
    assert targets.choices(rows, table=table)["11"].method == forecast.DEFAULT


@pytest.mark.slow
def test_only_chances_are_marked_as_resting_on_a_decision(write):
    found = targets.outlooks(3, as_of="2026-11-22", decided=write("11,drift,,,A. Author,2026-11-01,why."))
    rows = [row for row in targets.publish(found).verdicts if row["indicator"] == "11"]
    assert {row["decision"] for row in rows if row["probability"] == ""} == {""}
    assert {row["decision"] for row in rows if row["probability"] != ""} == {"A. Author: why."}
    marks = [cell.note for row in tables.scorecard(found).rows[:1] for cell in row.cells[1:]]
    assert marks == ["", "", "", "by decision", "by decision"]  # the spreadsheet's notes
    with styled():
        line = import_module("helpers.charts.scorecard").blocks(found, plan.directions(), list(range(2023, 2028)))[0][1]
    assert line.decided == {2026, 2027}  # stars of the picture
