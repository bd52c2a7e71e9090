"""Cells an economist edits: both ways give one number, an edit reaches the index, a method is seen with its record."""

import ast

import nbformat
import pandas as pd
import pytest

from helpers import UserError, cli, files, forecast, plan, prose, statistics, targets
from helpers.forecast import backtest
from helpers.record import workbench

DAY = "2026-11-22"


@pytest.mark.slow
def test_the_four_steps_and_the_loop_give_the_same_number(employment):
    row = plan.target_row(11)
    figures = statistics.figures("unemployment", as_of=DAY)
    expected = forecast.expect(figures, 2027, lower=0, upper=100, quarters=targets.quarters_of(figures))
    alone = targets.verdict(row, figures, expected).judged
    pd.testing.assert_frame_equal(alone, employment["11"].judged)


@pytest.mark.slow
def test_an_edited_model_reaches_what_the_run_is_told():
    notebook, names, said = nbformat.read(files.NOTEBOOKS / "3_employment.ipynb", as_version=4), {}, None
    for cell in notebook.cells:
        if cell.cell_type == "code" and said is None:
            source = cell.source
            if source.startswith('choice = choices["12"]'):
                assert '"method": choice.method' in source
                source = source.replace('"method": choice.method', '"method": "naive"')
            *body, last = ast.parse(source).body
            exec(compile(ast.Module([*body], []), "cell", "exec"), names)
            said = eval(ast.unparse(last), names) if "targets.publish" in source else exec(ast.unparse(last), names)
    plain = targets.publish(targets.outlooks(3))
    assert {row["method"] for row in said.forecasts if row["indicator"] == "12"} == {"naive"}
    assert chances(said, "12") != chances(plain, "12")
    assert chances(said, "11") == chances(plain, "11")


def chances(publication, indicator):
    return [row["probability"] for row in publication.verdicts if row["indicator"] == indicator]


def test_a_region_without_figures_says_why():
    row = plan.target_row(21, area="KZ-75")
    assert targets.figures_of(row) is None
    assert targets.quarters_of(None) is None
    assert forecast.expect(None, 2027) is None
    assert targets.verdict(row, None, None).reason == "No figures are published for this area."


def test_the_record_of_a_method_that_says_no_change_is_that_of_no_change():
    figures = statistics.figures("unemployment", as_of=DAY)
    past = forecast.track(figures, "naive")
    assert past.error == pytest.approx(past.no_change)
    assert (past.cases, past.first, past.last) == (8, 2018, 2025)
    # by hand: 2018 to 2025 against the figure of two years before
    values = figures.values
    assert past.no_change == pytest.approx((values - values.shift(2)).tail(8).abs().mean())


def test_the_line_under_a_chart_names_error_and_cases(employment):
    said = prose.record(employment["11"]).data
    assert "8 cases (2018–2025)" in said
    assert "no change would have erred by 0.10" in said


@pytest.mark.parametrize(
    ("words", "number"),
    [("women unemployment", "12"), (12, "12"), ("безработица женщин", "12"), ("жұмыссыздық деңгейі", "11")],
)
def test_an_indicator_is_found_by_number_and_words(words, number):
    assert workbench.find(words) == number


def test_words_that_no_name_has_are_refused_with_the_nearest():
    with pytest.raises(UserError, match="no name has these words; the nearest are"):
        workbench.find("xyzzy")


def test_the_methods_in_the_help_are_those_that_exist():
    assert cli.forecasts.METHODS.split(", ") == forecast.names()


def test_the_ratio_of_the_naive_forecast_to_itself_is_one():
    table = pd.DataFrame({"series_id": "a", "period": range(2000, 2020), "value": [n + n % 3 for n in range(20)]})
    scores = backtest.score(backtest.run(table, [forecast.DEFAULT, "naive"], 2, 3)).set_index("method")
    assert scores.loc["naive", ["MASE_ratio", "CRPS_ratio"]].tolist() == [1, 1]
    assert scores.loc[forecast.DEFAULT, "CRPS_ratio"] != 1


def test_slips_say_what_to_do():
    women = statistics.figures("unemployment_women", as_of=DAY)
    with pytest.raises(UserError, match="write horizon=4"):
        forecast.forecast(women.values, 4)
    assert women.loc[2020:].index[0].year == 2020


def test_outlooks_print_as_short_cards(employment):
    women = employment[12]
    assert len(repr(women).splitlines()) == 1
    assert "<table" in women._repr_html_()
    assert f"<p>{targets.record(women)}</p>" in women._repr_html_()
    assert targets.outlooks(1, as_of=DAY)["1"]._repr_html_().endswith("</table>")
