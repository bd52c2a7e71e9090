"""The verdicts on real data, and the rules behind them on small data."""

from datetime import date

import pandas as pd
import pytest

from helpers import UserError, files, forecast, plan, statistics, targets

EXPECTED = pd.read_csv(files.ROOT / "tests" / "expected" / "verdicts.csv", dtype={"indicator": str})


def row(found, indicator, year):
    judged = found[indicator].judged.set_index("year")
    return judged.loc[year]


@pytest.mark.parametrize(
    ("indicator", "year", "figure", "target", "verdict"),
    [
        ("11", 2025, 4.6, 4.7, "met"),
        ("5", 2025, 22.26, 27.00, "missed"),
        ("7", 2025, 5.0, 5.3, "met"),
        ("4", 2025, 16.3, 27.1, "missed"),
        ("22", 2024, 0.20, 0.215, "met"),
        ("21", 2023, 49.80, 60, "missed"),
    ],
)
def test_published_figures_are_met_or_missed(found, indicator, year, figure, target, verdict):
    judged = row(found, indicator, year)
    assert (judged["figure"], judged["target"], judged["verdict"]) == (figure, target, verdict)


def test_facts_are_as_the_expected_table_says(found):
    judged = targets.assess(found)
    facts = judged[judged["verdict"].isin(["met", "missed"])][["indicator", "year", "target", "figure", "verdict"]]
    pd.testing.assert_frame_equal(facts.reset_index(drop=True), EXPECTED, check_dtype=False)


def test_every_indicator_and_planned_year_has_one_verdict(found):
    judged = targets.assess(found)
    assert len(judged) == 29 * 5
    assert not judged.duplicated(["indicator", "year"]).any()
    assert judged["verdict"].notna().all()


def test_an_indicator_without_series_is_not_measured_and_says_why(found):
    assert not found["1"].measured
    assert "no yearly series" in found["1"].reason
    assert set(found["1"].judged["verdict"]) == {"no comparable data"}


def test_a_lost_cell_has_no_target_unless_section_2_1_prints_it(found):
    assert row(found, "12", 2023)["verdict"] == "no target"
    assert row(found, "14", 2023)["target"] == 60
    assert row(found, "14", 2024)["target"] == 65


def test_figures_after_a_change_of_definition_are_shown_and_not_judged(found):
    agreements = found["25"]
    assert agreements.redefined[pd.Period("2023", "Y")] == 53.1
    assert agreements.history.index[-1].year == 2022
    assert agreements.forecast is None
    assert set(agreements.judged["verdict"]) == {"no comparable data", "no target"}


@pytest.mark.slow
def test_the_other_reading_moves_the_targets_of_damaged_rows():
    women = targets.outlooks(3, as_of="2026-11-22", reading="as_printed")["12"].judged.set_index("year")["target"]
    assert women[2023] == 5.4
    assert pd.isna(women[2027])


def test_a_forecast_target_has_a_chance_and_its_word(found):
    judged = row(found, "11", 2027)
    assert 0 < judged["probability"] < 1
    assert judged["low"] <= judged["median"] <= judged["high"]
    assert pd.isna(judged["figure"])


@pytest.mark.slow
def test_what_was_published_later_than_the_day_asked_for_is_unknown():
    then = targets.outlooks(3, as_of="2023-01-15")["11"]
    assert then.history.index[-1].year == 2021
    assert then.judged.set_index("year").loc[2025, "verdict"] not in ("met", "missed")


def test_a_region_is_judged_on_its_own_figures():
    almaty = targets.outlooks(3, area="KZ-75", as_of="2026-11-22")
    assert almaty["11"].history[pd.Period("2025", "Y")] == 4.5
    assert almaty["21"].reason == "No figures are published for this area."


def test_the_migration_balance_is_judged_as_a_national_target():
    migration = targets.national_outlook("migration_balance", "2026-11-22")
    judged = migration.judged.set_index("year")
    assert judged.loc[2025, "target"] == -7.2
    assert judged.loc[2025, "figure"] == pytest.approx(16.153)
    assert judged.loc[2025, "verdict"] == "met"


def test_nothing_is_forecast_when_the_last_year_is_known():
    assert targets.outlooks(3, as_of="2026-11-22", until=2025)["11"].forecast is None


@pytest.mark.parametrize(
    ("asked", "fault"),
    [({"direction": 9}, "no direction 9"), ({"as_of": "soon"}, "'soon' is not a date"), ({"area": "KZ-99"}, "area"),
     ({"reading": "guessed"}, "guessed")],
)  # fmt: skip
def test_a_wrong_question_is_refused_in_one_line(asked, fault):
    with pytest.raises(UserError, match=fault) as caught:
        targets.outlooks(**asked)
    assert "\n" not in str(caught.value)


def test_an_empty_day_is_today():
    assert statistics.known_day("") == date.today()


@pytest.mark.slow
def test_the_loop_gives_what_its_four_steps_give(employment):
    row = plan.target_row(11)
    figures = targets.figures_of(row, "2026-11-22")
    expected = forecast.expect(figures, 2027, quarters=targets.quarters_of(figures))
    looped = employment[11]
    pd.testing.assert_frame_equal(targets.verdict(row, figures, expected).judged, looped.judged)


@pytest.mark.slow
@pytest.mark.parametrize("until", [2028, 2031, 2040])
def test_a_chance_does_not_depend_on_the_last_year_asked_for(until):
    near, far = (targets.assess(targets.outlooks(2, as_of="2026-11-22", until=year)) for year in (2027, until))
    pd.testing.assert_series_equal(near["probability"], far["probability"])
