"""A table of anyone's, from whatever an office saves: the same series come out, and what is doubtful is one line."""

import subprocess
import sys
from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from helpers import UserError
from helpers.forecast import read_panel, read_table
from helpers.prose import own as own_indicator
from helpers.workbooks import long_table

# Files of Excel 97, which no living library writes.
WORKBOOKS = Path(__file__).parent / "fixtures" / "workbooks"
YEARS = range(2012, 2026)
SHARE = [40.5, 41.0, 41.5, 42.5, 43.0, 44.5, 45.0, 45.5, 46.5, 47.0, 48.5, 49.0, 50.5, 51.0]
WIDE = [["Показатель", "ед. изм.", *YEARS], ["Доля услуг", "%", *SHARE]]
LONG = [
    ["series_id", "period", "value"],
    *(["Доля услуг", year, value] for year, value in zip(YEARS, SHARE, strict=True)),
]
RUSSIAN = [["Год", "Значение"], *([year, value] for year, value in zip(YEARS, SHARE, strict=True))]
DOWN = [["Год", "Доля услуг"], *RUSSIAN[1:]]
DATES = [["Показатель", *(datetime(year, 12, 31) for year in YEARS)], ["Доля услуг", *SHARE]]


def comma(cell: object) -> str:
    return str(cell).replace(".", ",") if isinstance(cell, float) else str(cell)


def save(path: Path, rows: list[list]) -> Path:
    if path.suffix == ".csv":
        path.write_bytes("\r\n".join(";".join(map(comma, row)) for row in rows).encode("cp1251"))
    elif path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(path)
    else:
        pd.DataFrame(rows).to_excel(path, engine="odf", header=False, index=False)
    return path


@pytest.mark.parametrize("name", ["wide", "long", "year", "down", "dates"])
def test_every_layout_of_the_old_excel_gives_the_same_series(name):
    path = WORKBOOKS / f"{name}.xls"
    assert read_table(path)["value"].tolist() == SHARE
    assert read_panel(path)["period"].tolist() == list(YEARS)


@pytest.mark.parametrize("ending", [".xlsx", ".ods", ".csv"])
@pytest.mark.parametrize("rows", [WIDE, LONG, RUSSIAN, DOWN, DATES], ids=["wide", "long", "Год", "down", "dates"])
def test_every_layout_in_every_kind_of_file_gives_the_same_series(tmp_path, ending, rows):
    if ending == ".csv" and rows is DATES:
        rows = [[f"31.12.{cell.year}" if isinstance(cell, datetime) else cell for cell in row] for row in rows]
    path = save(tmp_path / f"a{ending}", rows)
    assert read_table(path)["value"].tolist() == SHARE
    assert read_panel(path)["period"].tolist() == list(YEARS)
    assert own_indicator.read(path).tolist() == SHARE


def test_of_years_and_quarters_those_asked_for_are_taken_and_the_rest_is_one_line(tmp_path, caplog):
    rows = [["Показатель", 2023, "I кв. 2024", "II кв. 2024", "план 2025"], ["Доля", "58,3 1)", 51, "х", 60]]
    path = save(tmp_path / "a.xlsx", rows)
    assert read_table(path).to_numpy().tolist() == [["Доля", "2023", 58.3]]
    assert read_table(path, "quarterly").to_numpy().tolist() == [["Доля", "2024-Q1", 51.0]]
    first = caplog.messages[0]
    assert first.startswith("a.xlsx: Доля: left aside: 2024-Q2: «х» stands for no figure")
    assert "1 planned values left aside" in first
    assert len(caplog.messages) == 2


def test_rows_of_the_same_name_are_told_apart(tmp_path):
    rows = [["", 2023, 2024], ["Город", None, None], ["всего", 1, 2], ["Село", None, None], ["всего", 3, 4]]
    assert read_table(save(tmp_path / "a.xlsx", rows))["series_id"].unique().tolist() == ["Город: всего", "Село: всего"]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([["Показатель", "много"], ["Доля", "слов"]], "no row with figures under years or quarters"),
        ([["Показатель", "I кв. 2024"], ["Доля", 5]], "has no yearly figures"),
        ([["", 2023, 2024], ["@cmd()", 5, 6]], "a spreadsheet takes the name"),
    ],
)
def test_a_spreadsheet_without_such_figures_is_one_line(tmp_path, rows, words):
    with pytest.raises(UserError, match=words):
        read_table(save(tmp_path / "a.xlsx", rows))


def test_two_rows_are_not_one_indicator_of_ones_own(tmp_path):
    with pytest.raises(UserError, match=r"has 2 rows of figures \(a, b"):
        own_indicator.read(save(tmp_path / "a.xlsx", [["", 2023, 2024], ["a", 1, 2], ["b", 3, 4]]))


@pytest.mark.slow
def test_the_command_forecasts_a_russian_csv_and_says_one_line(tmp_path):
    path, out = save(tmp_path / "a.csv", [*WIDE, ["Другая доля", "%", *SHARE[:-1], "…"]]), tmp_path / "out.csv"
    jospar = Path(sys.executable).with_name("jospar")
    words = [jospar, "forecast", path, "--horizon", "2", "--output", out]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stderr == "a.csv: Другая доля: left aside: 2025: «…» stands for no figure\n"
    assert pd.read_csv(out)["period"].tolist() == [2026, 2027, 2025, 2026]


@pytest.mark.parametrize(
    ("rows", "due", "named"),
    [
        ([["", 2021, "2022/23"], ["A", 1, 2]], {"2021": 1}, "«2022/23» is no whole year"),
        ([["", 2021, "2022-09"], ["A", 1, 2]], {"2021": 1}, "«2022-09» is no whole year"),
        ([["", 2021, "II полугодие 2022"], ["A", 1, 2]], {"2021": 1}, "«ii полугодие 2022» is no whole year"),
        ([["", 2021, "I полугодие 2022"], ["A", 1, 2]], {"2021": 1}, "such as 2022-M06"),
        ([["", 2021, 2022, None], ["", "год", "янв", "фев"], ["A", 1, 2, 3]], {"2021": 1}, "is a single month"),
        ([["", 2021, 2022, 2022], ["A", 1, 2, 3]], {"2021": 1}, "two figures, 2 and 3; none is taken"),
        ([["", 2021, 2022], ["A", "12 345,6", "4 9"]], {"2021": 12345.6}, "«4 9» is no single figure"),
        ([["", "17г", "9М 2022"], ["A", 1, 2]], {"2017": 1}, "such as 2022-M09"),
        ([["", 2021, "1-3 кв. 2022"], ["A", 1, 2]], {"2021": 1}, "such as 2022-M09"),
        ([["", 2021, "2022 жылғы 9 айда"], ["A", 1, 2]], {"2021": 1}, "such as 2022-M09"),
        ([["", 2021, "1 п/г 2022"], ["A", 1, 2]], {"2021": 1}, "such as 2022-M06"),
        ([["", 2021, "на начало 2022 г."], ["A", 1, 2]], {"2021": 1}, "is the beginning of a year"),
        ([["", 2021, "01.01.2022"], ["A", 1, 2]], {"2021": 1}, "may be the end of 2021"),
        ([["", 2021, "2022 (женщины)"], ["A", 1, 2]], {"2021": 1}, "is of a part of the people"),
        ([["", 2021, "2022, % к пред. году"], ["A", 1, 2]], {"2021": 1}, "is no figure of one period"),
        ([["", 2021, "2022 уточн."], ["A", 1, 2]], {"2021": 1, "2022": 2}, "is taken as the year 2022"),
        ([["Year", "A"], [2021, 1.5], [2022, 2.5]], {"2021": 1.5, "2022": 2.5}, ""),
    ],
)
def test_a_figure_of_no_whole_year_is_never_taken_for_the_years(tmp_path, caplog, rows, due, named):
    table = long_table(save(tmp_path / "a.xlsx", rows))
    assert dict(zip(table["period"], table["value"], strict=True)) == due
    assert named in caplog.text


def test_a_sheet_whose_numbers_have_no_periods_is_named(tmp_path, caplog):
    with pd.ExcelWriter(tmp_path / "a.xlsx") as book:
        for name, rows in (("one", [["", 2021, 2022], ["A", 1, 2]]), ("two", [["", "first"], ["A", 3]])):
            pd.DataFrame(rows).to_excel(book, sheet_name=name, header=False, index=False)
    assert len(long_table(tmp_path / "a.xlsx")) == 2
    assert "1 numbers without years or quarters as headings" in caplog.text
