"""Anyone's indicator: read, forecast, judged; and the tutorial that shows it."""

import nbformat
import pandas as pd
import pytest

from helpers import UserError, files
from helpers.forecast import forecast
from helpers.prose import own as own_indicator
from helpers.targets.precision import likelihood_words

EXAMPLE = files.DATA / "examples" / "my_indicator.csv"
TUTORIAL = nbformat.read(files.NOTEBOOKS / "tutorial.ipynb", as_version=4)


def table(tmp_path, *lines):
    path = tmp_path / "mine.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_figures_are_read_by_year_and_empty_ones_left_out(tmp_path):
    found = own_indicator.read(table(tmp_path, "year,value,remark", "2021,3.5,b", "2020,3,a", "2022,,c"))
    assert found.index.year.tolist() == [2020, 2021]
    assert found.tolist() == [3.0, 3.5]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (("year,worth", "2020,3"), "no column value"),
        (("year,value", "2020,many"), "mine.csv, row 2, series value: value is 'many'"),
        (("year,value", "2020,1", "2020,2"), "period 2020 twice"),
    ],
)
def test_a_faulty_table_gets_one_line(tmp_path, lines, words):
    with pytest.raises(UserError, match=words):
        own_indicator.read(table(tmp_path, *lines))


def test_a_known_year_is_met_or_missed_and_a_later_one_has_a_chance():
    mine = own_indicator.read(EXAMPLE)
    expected = forecast(mine, until=2028, lower=0, upper=100)
    judged = own_indicator.verdicts(mine, expected, {2024: 52.5, 2025: 53, 2026: 10, 2028: 99}, "higher")
    assert judged["verdict"].tolist()[:2] == ["missed", "met"]
    assert judged.loc[2026, "chance"] == 1
    assert judged.loc[2028, "chance"] == 0
    assert judged.loc[2026, "verdict"] == likelihood_words(1)
    assert judged["chance"].isna().tolist() == [True, True, False, False]


def test_a_target_beyond_the_forecast_is_refused():
    mine = own_indicator.read(EXAMPLE)
    with pytest.raises(UserError, match="reaches to 2027"):
        own_indicator.verdicts(mine, forecast(mine, until=2027), {2030: 60}, "higher")


def test_the_example_says_in_every_line_that_it_is_made_up():
    assert set(pd.read_csv(EXAMPLE)["remark"]) == {"made-up example"}


def test_the_tutorial_is_short_and_keeps_outputs_that_name_no_machine():
    assert len(TUTORIAL.cells) <= 10
    assert all(len(cell.source.splitlines()) <= 10 for cell in TUTORIAL.cells)
    outputs = [str(output) for cell in TUTORIAL.cells for output in cell.get("outputs", [])]
    assert len(outputs) >= 5
    assert not any(str(files.ROOT) in output or "/home/" in output for output in outputs)
    # nbval compares nothing where the count of a cell was stripped.
    assert all(cell.execution_count for cell in TUTORIAL.cells if cell.cell_type == "code")
