"""People's spreadsheets: what is read, what is named and left aside, and what is laid over the published figures."""

import csv
import io
import subprocess
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from command import jospar

from helpers import UserError, files
from helpers.refresh.people import importing, template
from helpers.render import parcel
from helpers.workbooks import Figure, figures as cells, read_rows

NAME = "Доля государственных услуг, оказываемых в проактивном формате"
TODAY = date(2026, 11, 25)


def book(path: Path, *rows: list, merged: tuple = (), hidden: tuple = ()) -> Path:
    made = openpyxl.Workbook()
    sheet = made.active
    for row in rows:
        sheet.append(row)
    for area in merged:
        sheet.merge_cells(area)
    for row in hidden:
        sheet.row_dimensions[row].hidden = True
    made.save(path)
    return path


@pytest.mark.parametrize(
    ("cell", "value", "preliminary"),
    [
        ("58,3 1)", "58.3", False),
        ("60,7 п", "60.7", True),
        ("60,7\u00a0п", "60.7", True),
        ("1\u00a0234,5", "1234.5", False),
        ("1.234,5", "1234.5", False),
        ("61,2*", "61.2", False),
        ("-3,4", "-3.4", False),
        ("47,0%", "47.0", False),
        (58.3, "58.3", False),
    ],
)
def test_a_figure_is_read_as_people_write_it(cell, value, preliminary):
    found = cells.read(cell)
    assert isinstance(found, Figure)
    assert f"{found.value:f}" == value
    assert found.preliminary is preliminary


@pytest.mark.parametrize("cell", ["х", "…", "-", "н/д", "60-65", "более 90", "#REF!", True, pd.Timestamp("2023-03-05")])
def test_what_is_no_figure_says_why(cell):
    assert isinstance(cells.read(cell), str)


def test_quarters_plan_and_fact_under_merged_heads_are_told_apart(tmp_path):
    rows = [["Сведения"], [], ["№", "Показатель", "Ед. изм.", 2023, 2024, None, None, 2025, None]]
    rows += [[None, None, None, None, "I кв.", "II кв.", "год", "план", "факт"], [1, 2, 3, 4, 5, 6, 7, 8, 9]]
    rows += [[3, NAME, "%", "58,3 1)", 51, 52, "60,7 п", 60, 61]]
    [row] = read_rows(book(tmp_path / "a.xlsx", *rows, merged=("E3:G3", "H3:I3")))
    assert {period: float(one.value) for period, one in row.figures.items()} == {
        "2023": 58.3,
        "2024-Q1": 51,
        "2024-Q2": 52,
        "2024": 60.7,
        "2025": 61,
    }
    assert {period: float(one.value) for period, one in row.planned.items()} == {"2025": 60}


def test_years_down_in_a_russian_csv_give_a_row_a_column(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("Год;Один;Два\n2021;36,2;-\n2022;37,3;5\n".encode("cp1251"))
    one, two = read_rows(path)
    assert [float(f.value) for f in one.figures.values()] == [36.2, 37.3]
    assert list(two.figures) == ["2022"]
    assert "2021" in two.aside[0]


def test_a_hidden_row_and_a_formula_without_a_value_are_named(tmp_path):
    [row] = read_rows(book(tmp_path / "a.xlsx", ["", 2022, 2023], [NAME, 50, "=B2+1"], hidden=(2,)))
    assert list(row.figures) == ["2022"]
    assert any("hidden" in doubt for doubt in row.doubts)
    assert any("formula" in line for line in row.aside)


@pytest.fixture
def filled(tmp_path) -> Path:
    return book(
        tmp_path / "own.xlsx", ["№", "Показатель", 2022, 2023, 2024, 2025], [7, NAME, "48,1", 53, "57,7 п", 61.37]
    )


def test_words_decide_against_the_files_own_numbers(filled):
    found = importing.preview(filled, today=TODAY)
    assert list(found.series) == ["3"]
    assert "numbers it 7" in " ".join(found.lines())


def test_a_period_that_is_not_over_and_a_value_out_of_bounds_are_left_aside_by_name(tmp_path):
    path = book(tmp_path / "a.xlsx", ["Показатель", 2023, 2024, 2026], [NAME, 50, 577, 60])
    said = " ".join(importing.preview(path, today=TODAY).aside)
    assert "2026: 60 is of a period that is not over" in said
    assert "577 can't be" in said


def test_what_is_written_has_the_columns_of_the_published_tables(filled, tmp_path):
    importing.write(importing.preview(filled, today=TODAY), filled.name, tmp_path / "own", TODAY)
    for name in ("series.csv", "observations.csv", "sources.csv"):
        own, published = (pd.read_csv(f / name, nrows=0) for f in (tmp_path / "own", files.STATISTICS))
        assert set(published) <= set(own)
    with (tmp_path / "own" / "observations.csv").open(encoding="utf-8") as file:
        assert [row["value"] for row in csv.DictReader(file)] == ["48.10", "53.00", "57.70", "61.37"]


def test_a_template_filled_in_is_read_back(tmp_path):
    path = template.write(tmp_path / "t.xlsx", "ru", TODAY)
    made = openpyxl.load_workbook(path)
    sheet = made.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    row = next(r for r in range(2, sheet.max_row + 1) if sheet.cell(r, 1).value == "27")
    sheet.cell(row, heads.index("2024") + 1).value = 44.4
    made.save(path)
    found = importing.preview(path, today=TODAY)
    assert {period: float(one.value) for period, one in found.series["27"].figures.items()} == {"2024": 44.4}


BAD = {
    "empty.xlsx": b"",
    "text.xlsx": b"no workbook",
    "cut.xlsx": b"PK\x03\x04cut",
    "old.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1cut",
    "locked.xlsx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1locked",
    "picture.png": b"\x89PNG",
    "words.csv": b"no;table;here\n",
    "binary.csv": b"\0\1\2\3",
    "unknown.csv": "Показатель;2023\nЧто-то совсем другое;5\n".encode(),
    "quote.csv": b'a;"2023\nb;5',
    "broken.ods": b"PK\x03\x04broken",
}


@pytest.mark.parametrize("name", [*BAD, "absent.xlsx"])
def test_a_bad_workbook_gives_one_line(tmp_path, name):
    path = tmp_path / name
    if name in BAD:
        path.write_bytes(BAD[name])
    with pytest.raises(UserError) as fault:
        importing.preview(path, today=TODAY)
    assert "\n" not in str(fault.value)


def test_a_run_with_own_figures_is_shared_only_on_request():
    facts = {"own": True, "reports": []}
    assert parcel.holds_own(facts)
    copy = {"status": "failed", "last_good": {"own": True}}
    assert parcel.holds_own({"own": False, "reports": [copy]})
    assert not parcel.holds_own({"own": False, "reports": [{"status": "rendered"}]})


@pytest.mark.slow
def test_the_public_edition_holds_no_own_value_and_the_other_is_not_shared(filled, tmp_path):
    rows = [["Показатель", *range(2015, 2026)], [NAME, *(round(31.4159 + n, 3) for n in range(11))]]
    importing.write(importing.preview(book(tmp_path / "b.xlsx", *rows), today=TODAY), "b.xlsx", tmp_path / "own", TODAY)
    out, notebook = tmp_path / "out", files.NOTEBOOKS / "1_digitalisation.ipynb"

    def run(*words: object) -> subprocess.CompletedProcess:
        return jospar(*words, "--output", out)

    assert run("render", notebook, "--quiet", "-p", f"own={tmp_path / 'own'}").returncode == 0
    page = (out / "latest" / "1_digitalisation.html").read_text(encoding="utf-8")
    assert "Own figures of the office" in page
    assert "41.4" in page
    refused = run("share", "latest")
    assert refused.returncode == 2
    assert "--include-own" in refused.stderr
    assert run("render", notebook, "--quiet", "--without-own").returncode == 0
    shared = run("share", "latest")
    assert shared.returncode == 0, shared.stderr
    with zipfile.ZipFile(io.BytesIO(Path(shared.stdout.strip()).read_bytes())) as parcel_:
        whole = " ".join(parcel_.read(name).decode("utf-8", "ignore") for name in parcel_.namelist())
    assert "41.4" not in whole
    assert "Own figures" not in whole
