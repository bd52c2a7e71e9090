"""What stands beside a verdict: other readings, other methods, ambition in place of a verdict."""

import pandas as pd
import pytest

from helpers import UserError, charts, plan, prose, tables, targets
from helpers.tables.beside import signed


def cells(table, head):
    return next(row.cells for row in table.rows if row.cells and row.cells[0].words.startswith(head))


def test_changes_have_a_sign_unless_they_round_to_nothing():
    assert [signed(v, 1) for v in (2, -2, 0.01, -0.01)] == ["+2.0", "−2.0", "0.0", "0.0"]


@pytest.mark.slow
def test_the_pace_table_has_each_indicator_with_an_open_target(found):
    table = tables.pace(found)
    assert [row.cells[0].words.split(".")[0] for row in table.rows] == ["4", "5", "7", "11", "12", "21", "22"]
    income = cells(table, "4. ")
    assert [cell.words for cell in income[1:4]] == ["16.3", "32.7", "+16.4"]
    assert income[7].words == "1 of 24 spans"
    assert cells(table, "11. ")[3].words == "reached"
    assert cells(table, "5. ")[5].words == "moving away"


def test_a_row_whose_verdict_hangs_on_the_reading_says_so(found):
    card = tables.scorecard(found)
    assert "depend on how this damaged row is read" in cells(card, "12. ")[0].small
    assert cells(card, "11. ")[0].small == "%"
    assert cells(card, "27. ")[0].small == "%"


def test_the_other_reading_stands_below_the_one_in_use(found):
    rows = tables.other_reading(found).rows
    assert [row.cells[0].small for row in rows] == ["reading: in use", "reading: as printed"]
    assert (rows[0].cells[1].words, rows[1].cells[1].words) == ("cell lost", "met")


def test_the_reading_in_use_may_be_the_printed_one():
    rows = tables.other_reading(targets.outlooks(3, as_of="2026-11-22", reading="as_printed")).rows
    assert rows[0].cells[1].words == "met"
    assert rows[1].cells[0].small == "reading: put right"


def test_without_a_damaged_row_that_matters_a_sentence_says_so():
    said = tables.other_reading(targets.outlooks(2, as_of="2026-11-22"))
    assert said.data == "No verdict depends on how a damaged row of the plan is read."


def test_methods_stand_side_by_side_for_the_last_target(found):
    said = targets.methods(found)
    income = said[said["indicator"] == "4"].set_index("method")
    assert list(income.index) == ["ours", "eurostat", "escap", "oecd", "linear"]
    assert set(income["year"]) == {2027}
    assert income.loc["linear", "verdict"] == "missed"
    assert income.loc["ours", "probability"] == found["4"].judged["probability"].iloc[-1]


def test_only_rows_of_which_others_say_otherwise_are_shown(found):
    shown = [row.cells[0].words.split(".")[0] for row in tables.methods(found).rows]
    assert "4" in shown
    assert "11" not in shown
    agreed = tables.methods({"11": found["11"]})
    assert agreed.data.startswith("The methods modelled on official bodies say the same")


def test_what_nobody_measures_has_an_ambition_and_no_verdict(found):
    table = tables.not_measured(found)
    assert len(table.rows) == 22
    row = cells(table, "1. ")
    assert row[1].words == "32.0\N{NO-BREAK SPACE}(2022) → 55.0\N{NO-BREAK SPACE}(2027)"
    assert row[1].small == "start: what the plan expected of 2022"
    assert row[2].words.endswith("%")
    assert row[2].small == "+23.0 points in 5 years"
    assert cells(table, "16. ")[2].small == "+25% in 6 years"
    assert cells(table, "10. ")[2].small == "+3.7 points in 6 years"
    assert cells(table, "27. ")[2].small == "−14.8 points in 6 years"


def test_four_comparable_figures_are_too_few_for_a_verdict_ahead():
    ulytau = targets.outlooks(2, area="KZ-62", as_of="2026-11-22")["7"]
    assert ulytau.forecast is None
    assert not ulytau.measured
    assert "Fewer than five comparable figures" in ulytau.reason


def test_facts_of_a_young_region_are_told_and_not_called_unmeasured():
    ulytau = targets.outlooks(2, area="KZ-62", as_of="2026-11-22")
    assert ulytau["7"].judged.set_index("year").loc[2025, "verdict"] == "missed"
    said = prose.headline(ulytau).data
    assert f"For **{len(ulytau) - 1}** of the {len(ulytau)} indicators no comparable figures" in said


def test_a_target_without_a_direction_is_refused():
    about = plan.indicators().set_index("indicator", drop=False).loc["11"].copy()
    about["better"] = ""
    printed = plan.targets().query("indicator == '11'")
    with pytest.raises(UserError, match="indicator 11: its targets have no direction") as caught:
        targets.verdict(plan.TargetRow(about, printed), None)
    assert "\n" not in str(caught.value)


def test_every_shown_number_of_a_target_comes_from_one_distribution(found):
    for one in found.values():
        if one.expected is None:
            continue
        by_year = one.expected.set_index(pd.PeriodIndex(one.expected["period"]).year)
        for row in one.judged[one.judged["probability"].notna()].to_dict("records"):
            assert row["median"] == by_year.loc[row["year"], "q50"]
            chances = targets.probability_met(one.expected, row["target"], one.about["better"], one.figures.decimals)
            assert row["probability"] == chances.iloc[by_year.index.get_loc(row["year"])]


def test_an_area_without_figures_has_a_chart_of_its_targets_and_a_reason():
    almaty = targets.outlooks(4, area="KZ-75", as_of="2026-11-22")["22"]
    assert charts.fan(almaty).alt.endswith("Targets without figures.")
    assert prose.paragraph(almaty).data == "No figures are published for this area."
    assert prose.part_year(almaty).data == ""
    for table in (tables.pace, tables.methods):
        assert table({"22": almaty}).data == "No target ahead has a forecast."
