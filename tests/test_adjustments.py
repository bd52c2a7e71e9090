"""Judgemental adjustments: they move what they name, stand beside the forecast, and bad ones are refused."""

from html import unescape

import pytest

from helpers import UserError, charts, prose, tables, targets
from helpers.targets.adjustments import COLUMNS, adjustments

HEAD = ",".join(COLUMNS)


@pytest.fixture
def write(tmp_path):
    def write(*lines):
        path = tmp_path / "adjustments.csv"
        path.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
        return path

    return write


@pytest.fixture
def moved(write):
    path = write('11,2026,0.5,"A. Author: a plant closes in autumn."', "11,2019,9,too late to matter")
    return targets.outlooks(3, as_of="2026-11-22", adjusted=path)["11"]


def test_the_committed_table_adjusts_nothing():
    assert adjustments(["11"]).empty


def test_an_adjustment_moves_its_year_and_no_other(moved):
    plain = targets.outlooks(3, as_of="2026-11-22")["11"]
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


def test_the_chart_draws_both_in_different_colours(moved):
    axes = charts.fan(moved).figure.axes[0]
    ends = {line.get_color(): line.get_ydata()[1] for line in axes.lines if len(line.get_ydata()) == 3}
    assert ends[charts.BLUE] == moved.forecast["q50"][0]
    assert charts.PURPLE in ends
    assert "adjusted forecast" in " ".join(words.get_text() for words in axes.texts).replace("\n", " ")


def test_a_region_is_not_adjusted(write):
    almaty = targets.outlooks(3, area="KZ-75", as_of="2026-11-22", adjusted=write("11,2026,0.5,why"))["11"]
    assert almaty.adjusted is None


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("99,2026,0.5,why", "line 2: the plan has no indicator '99'"),
        ("11,soon,0.5,why", "period 'soon' is no year"),
        ("11,2026,much,why", "add_factor 'much' is no number"),
        ("11,2026,nan,why", "add_factor 'nan' is no number"),
        ("11,2026,0.5, ", "author_note is empty"),
    ],
)
def test_a_bad_adjustment_is_refused_in_one_line(write, line, fault):
    with pytest.raises(UserError, match=fault) as caught:
        targets.outlooks(3, as_of="2026-11-22", adjusted=write(line))
    assert "\n" not in str(caught.value)


def test_a_table_with_other_columns_is_refused(tmp_path):
    path = tmp_path / "adjustments.csv"
    path.write_text("indicator,year\n11,2026\n", encoding="utf-8")
    with pytest.raises(UserError, match="the columns must be indicator, period"):
        adjustments(["11"], path)
