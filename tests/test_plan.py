"""The plan as data frames: the readings of damaged rows, the contradictions inside the plan, and faulty folders."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, strategies as st

from helpers import UserError, files, plan
from helpers.plan import lost_cells

YEARS = list(range(2021, 2028))
DAMAGED = {"12", "13", "14", "24", "25", "26.1", "26.2", "27"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the committed tables, to be spoilt."""
    for name in plan.TABLES:
        (tmp_path / f"{name}.csv").write_bytes((files.PLAN / f"{name}.csv").read_bytes())
    return tmp_path


def row(indicator: str, reading: str) -> list[float | None]:
    rows = plan.targets(reading).query("indicator == @indicator")
    assert list(rows["year"]) == YEARS
    return [None if pd.isna(value) else value for value in rows["value"]]


@pytest.mark.parametrize(
    ("indicator", "reading", "values"),
    [
        ("14", "resolved", [None, 55, 60, 65, 70, 70.5, 71]),
        ("14", "as_printed", [None, 55, 65, 70, 70.5, 71, None]),
        ("14", "alternative", [None, 55, 60, 65, 70, 70.5, 71]),
        ("26.1", "resolved", [None, 90.0, None, 90.1, 90.2, 90.4, 90.6]),
        ("26.1", "as_printed", [None, 90.0, 90.1, 90.2, 90.4, 90.6, None]),
        ("26.1", "alternative", [None, None, 90.0, 90.1, 90.2, 90.4, 90.6]),
        ("26.2", "alternative", [None, None, 38.0, 38.1, 38.6, 39.1, 39.7]),
        ("27", "as_printed", [61.5, 56.0, 49.4, 48.4, 47.5, 46.7, None]),
        ("27", "alternative", [61.5, 56.0, None, 49.4, 48.4, 47.5, 46.7]),
        ("7", "as_printed", [5.2, 5.5, 5.5, 5.4, 5.3, 5.2, 5.0]),
        ("2", "as_printed", [80, 93, 95, 97, 100, None, None]),
    ],
)
def test_each_reading_puts_the_values_under_its_years(indicator: str, reading: str, values: list) -> None:
    assert row(indicator, reading) == values


def test_resolved_is_the_default_reading() -> None:
    pd.testing.assert_frame_equal(plan.targets(), plan.targets("resolved"))


def test_readings_differ_only_in_damaged_rows() -> None:
    resolved = plan.targets().set_index(["indicator", "year"])
    for reading, expected in (("as_printed", DAMAGED), ("alternative", {"26.1", "26.2"})):
        other = plan.targets(reading).set_index(["indicator", "year"])
        changed = resolved["as_printed"] != other["as_printed"]
        assert set(changed[changed].index.get_level_values("indicator")) == expected


@pytest.mark.parametrize("reading", plan.READINGS)
def test_every_reading_has_one_row_an_indicator_and_year_and_loses_no_cell(reading: str) -> None:
    rows = plan.targets(reading)
    assert list(rows.columns) == ["indicator", "year", "column", "value", "as_printed", "reading", "evidence"]
    assert len(rows) == 29 * 7
    assert not rows.duplicated(["indicator", "year"]).any()
    assert sorted(rows["as_printed"]) == sorted(plan.targets()["as_printed"])
    elsewhere = rows[rows["value"].notna() & (rows["as_printed"] == "")]
    assert list(elsewhere["indicator"]) == ([] if reading == "as_printed" else ["14"])  # section 2.1 prints its 2023
    assert rows["value"].notna().sum() == (rows["as_printed"] != "").sum() + len(elsewhere)
    assert set(rows["reading"]) == {"certain", "blank", "resolved", "inferred"}


def test_indicators_are_text_and_years_are_whole_numbers() -> None:
    rows = plan.targets()
    assert {"1", "26.1", "28"} <= set(rows["indicator"])
    assert rows["year"].dtype == "int64"
    assert rows["value"].dtype == float
    assert plan.table("programmes")["code"].tolist()[-1] == "001"


def test_conflicts_are_those_between_section_2_1_and_section_3() -> None:
    found = plan.conflicts()[["indicator", "year", "national", "plan"]].values.tolist()
    assert found == [["11", 2023, 4.9, 4.8], ["16", 2024, 7.0, 6.9], ["16", 2025, 7.2, 7.0]]


def test_conflicts_are_computed_from_the_tables(folder: Path) -> None:
    path = folder / "targets.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("11,2023,planned,4.8", "11,2023,planned,4.9"), "utf-8")
    assert plan.conflicts(folder)["indicator"].tolist() == ["16", "16"]


def test_tables_agree_with_each_other() -> None:
    indicators = plan.indicators()
    assert set(indicators["direction"]) == set(plan.directions()["direction"])
    assert set(indicators["goal"]) - {""} == set(plan.table("goals")["goal"])
    assert set(plan.targets()["indicator"]) == set(indicators["indicator"])
    assert set(plan.national_targets()["indicator"]) - {""} <= set(indicators["indicator"])
    assert set(plan.national_targets()["document"]) == set(plan.terms("document")["term"])
    units = set(indicators["unit"]) | set(plan.national_targets()["unit"]) | set(plan.table("resources")["unit"])
    assert units == set(plan.terms("unit")["term"])
    assert set(indicators["source"]) == set(plan.terms("source")["term"])


def test_a_target_linked_to_an_indicator_has_its_unit_direction_and_sense() -> None:
    both = plan.national_targets().merge(plan.indicators(), on="indicator", suffixes=("", "_plan"))
    assert len(both) == 24
    for column in ("unit", "direction", "better"):
        assert (both[column] == both[f"{column}_plan"]).all(), column


def test_an_unknown_reading_is_refused() -> None:
    with pytest.raises(UserError, match="«guessed» is unknown; use one of resolved, as_printed, alternative"):
        plan.targets("guessed")


def test_a_folder_without_tables_is_refused(tmp_path: Path) -> None:
    for name in plan.TABLES:
        with pytest.raises(UserError, match="no such file"):
            plan.table(name, tmp_path)
    with pytest.raises(UserError, match=r"targets\.csv"):
        plan.targets(folder=tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("as_printed", "text", "no column as_printed"),
        (",4.8,", ",four,", "column value"),
        ("11,2023,", "11,2023.5,", "column year"),
        ("2,2021,reported", "2,2021,reported,,,,,,", "cells instead of"),
        ("1,2021,reported", "1,2021,reported,,,,,,", "cells instead of"),
    ],
)
def test_a_spoilt_table_is_refused(folder: Path, old: str, new: str, said: str) -> None:
    path = folder / "targets.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UserError, match=said):
        plan.targets(folder=folder)


def test_a_table_in_another_encoding_is_refused(folder: Path) -> None:
    (folder / "goals.csv").write_bytes(b"\xff\xfe\x00g")
    with pytest.raises(UserError, match=r"goals\.csv"):
        plan.table("goals", folder)


# Lost cells
def test_a_lost_cell_is_proven_by_two_known_years() -> None:
    years = ["2021", "2022", "2023", "2024", "2025"]
    assert lost_cells.lost_cell(["1", "2", "4", "5", ""], years, {"2023": "3", "2024": "4.0", "2025": "5"}) == 2
    assert lost_cells.lost_cell(["1", "2", "4", "5", ""], years, {"2024": "4"}) is None
    assert lost_cells.lost_cell(["1", "2", "4", "5", ""], years, {"2024": "9", "2025": "5"}) is None


@given(values=st.lists(st.integers(1, 999), min_size=4, max_size=9, unique=True), data=st.data())
def test_any_lost_cell_is_found_when_section_2_1_prints_the_row(values: list[int], data: st.DataObject) -> None:
    lost = data.draw(st.integers(0, len(values) - 1))
    years = [str(2021 + n) for n in range(len(values))]
    cells = [str(value) for n, value in enumerate(values) if n != lost] + [""]
    known = dict(zip(years, map(str, values), strict=True))
    assert lost_cells.lost_cell(cells, years, known) == lost
    found = lost_cells.explain_lost_cells({"1": (0, cells)}, years, {"1": known})["1"]
    columns = dict(zip(years, ["reported", "current", *["planned"] * len(years)], strict=False))
    rows = lost_cells.place_cells(cells, cells, columns, found, "")
    assert [row["value"] for row in rows] == list(map(str, values))
    assert rows[lost]["as_printed"] == ""
