"""What a revision changed: each kind of change with the verdict before and after, on the same figures."""

from pathlib import Path

import pandas as pd
import pytest
from command import jospar
from hypothesis import given, strategies as st

from helpers import UserError, files, plan
from helpers.targets import revision as plan_diff
from helpers.targets.revision import Entry

DAY = "2026-11-22"
RENAMED = "Табысы ең төменгі күнкөріс деңгейінен төмен адамдардың үлесі"
NAMES = st.lists(st.text("абвгд ", min_size=1, max_size=8), unique=True, max_size=6)


def revised(folder: Path) -> Path:
    """data/plan with one change of each kind."""
    tables = {name: pd.read_csv(files.PLAN / f"{name}.csv", dtype=str, keep_default_na=False) for name in plan.TABLES}
    indicators, goals, national = tables["indicators"], tables["targets"], tables["national_targets"]
    for indicator, year, value in [
        ("11", "2025", "4.5"),
        ("11", "2026", ""),
        ("11", "2027", "4.3"),
        ("2", "2026", "99.5"),
    ]:
        chosen = (goals["indicator"] == indicator) & (goals["year"] == year)
        goals.loc[chosen, ["value", "as_printed", "reading"]] = [value, value, "certain" if value else "blank"]
    indicators.loc[indicators["indicator"] == "7", "name_kk"] = RENAMED
    indicators.loc[indicators["indicator"] == "4", "better"] = "lower"
    national.loc[national["name_en"].str.startswith("External migration") & (national["year"] == "2025"), "value"] = (
        "20"
    )
    for name in ("indicators", "targets", "national_targets"):
        table = tables[name]
        tables[name] = table[table["indicator"] != "5"].replace({"indicator": {"21": "31"}})
    plan.write(tables, folder)
    return folder


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> pd.DataFrame:
    return plan_diff.diff(files.PLAN, revised(tmp_path_factory.mktemp("plan")), DAY)


def lines_of(found: pd.DataFrame, indicator: str) -> list[str]:
    return plan_diff.lines(found[found["indicator"] == indicator])


@pytest.mark.slow
def test_a_plan_does_not_differ_from_itself():
    found = plan_diff.diff("tests/fixtures/rivers_plan", "tests/fixtures/rivers_plan", DAY)
    assert found.empty
    assert plan_diff.lines(found) == ["Both plans set the same targets, and the verdicts are the same."]


@pytest.mark.slow
def test_nothing_else_differs_than_what_was_changed(found):
    assert set(found["indicator"]) == {"11", "2", "7", "4", "5", "31", ""}


@pytest.mark.slow
def test_changed_and_dropped_targets_show_the_verdict_before_and_after(found):
    head, *years = lines_of(found, "11")
    assert head == "11. Unemployment rate"
    assert years[0] == "  2025: target 4.7 → 4.5; met → missed"
    assert years[1].startswith("  2026: target 4.7 dropped; very likely (")
    assert years[1].endswith(") → no target")


@pytest.mark.slow
def test_a_harder_target_ahead_has_a_lower_chance(found):
    row = found[(found["indicator"] == "11") & (found["year"] == 2027)].iloc[0]
    was, became = (int(row[key].split("(")[1].rstrip("%)")) for key in ("verdict_was", "verdict_became"))
    assert became < was


@pytest.mark.slow
def test_an_added_target_is_named(found):
    assert lines_of(found, "2")[1:] == ["  2026: target 99.5 added; no target → no comparable data"]


@pytest.mark.slow
def test_a_dropped_indicator_loses_each_of_its_targets(found):
    rows = found[found["indicator"] == "5"]
    assert list(rows["change"]) == ["dropped"] * 5
    assert list(rows["verdict_was"])[:3] == ["missed"] * 3
    assert set(rows["verdict_became"]) == {""}


@pytest.mark.slow
def test_a_renamed_indicator_is_known_again_and_loses_its_series(found):
    lines = lines_of(found, "7")
    assert lines[1].endswith(f"→ {RENAMED}")
    assert "  2025: target 5.3 as before; met → no comparable data" in lines


@pytest.mark.slow
def test_a_renumbered_indicator_keeps_its_verdicts(found):
    assert lines_of(found, "31")[1:] == ["  number 21 → 31"]


@pytest.mark.slow
def test_a_direction_turned_round_turns_the_verdicts(found):
    lines = lines_of(found, "4")
    assert "  better: higher → lower" in lines
    assert "  2025: target 27.1 as before; missed → met" in lines


@pytest.mark.slow
def test_a_national_target_without_a_row_is_judged_too(found):
    lines = plan_diff.lines(found[found["name"].str.startswith("External migration")])
    assert lines[0].startswith("Section 2.1: External migration balance")
    assert lines[1].endswith("→ 20.0; met → missed")


def test_another_name_or_another_unit_is_another_indicator():
    old = entries(["Табысы ең төменгі күнкөріс деңгейінен төмен халықтың үлесі"])
    assert len(plan_diff.pairs(old, entries(["Жаңа көпірлер саны"]))) == 2
    assert len(plan_diff.pairs(old, entries([RENAMED]))) == 1
    assert len(plan_diff.pairs(old, entries([RENAMED], "people"))) == 2


def test_a_folder_without_tables_is_one_line(tmp_path):
    with pytest.raises(UserError, match=r"targets\.csv: no such file"):
        plan_diff.diff(files.PLAN, tmp_path)


def entries(names: list[str], unit: str = "%") -> dict:
    return {("3", name): Entry("", pd.Series({"name_kk": name, "unit": unit}), pd.DataFrame()) for name in names}


@given(NAMES, NAMES)
def test_every_indicator_of_either_plan_stands_in_one_pair(old, new):
    before, after = entries(old), entries(new)
    found = plan_diff.pairs(before, after)
    assert sorted(a for a, _ in found if a) == sorted(before)
    assert sorted(b for _, b in found if b) == sorted(after)
    assert all(a == b for a, b in found if a in after or b in before)


@pytest.mark.slow
def test_the_command_compares_two_folders(tmp_path):
    result = jospar("plan", "diff", "data/plan", "tests/fixtures/rivers_plan", "--as-of", DAY, cwd=files.ROOT)
    assert result.returncode == 0, result.stderr
    # Unemployment is the only indicator of both; the invented ministry numbers it otherwise.
    assert "5. Unemployment rate\n  number 11 → 5\n" in result.stdout
    wrong = jospar("plan", "diff", "data/plan", tmp_path, cwd=files.ROOT)
    assert (wrong.returncode, len(wrong.stderr.splitlines())) == (2, 1)
