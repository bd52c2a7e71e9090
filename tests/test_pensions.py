"""Scenarios are sourced or ruled, and the pension model does the arithmetic that it states."""

import pandas as pd
import pytest

from helpers import UserError, pensions, statistics
from helpers.pensions import page as pension_page, scenarios

HEADER = "scenario,driver,year,value,rule,reason"
DAY = "2026-11-22"


def table(tmp_path, *rows):
    path = tmp_path / "scenarios.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    return path


def test_every_row_has_a_reason_and_either_a_value_or_a_rule():
    rows = scenarios.scenarios()
    assert (rows["reason"] != "").all()
    assert ((rows["value"] == "") != (rows["rule"] == "")).all()
    assert scenarios.known()[0] == "baseline"


def test_an_unknown_scenario_is_refused_with_those_that_exist():
    with pytest.raises(UserError, match="'boom' is unknown; it may be baseline, stalled_wages"):
        scenarios.chosen("boom")
    with pytest.raises(UserError, match="'boom' is unknown"):
        pensions.replacement("boom", 2027)


def test_the_mean_of_the_last_five_is_that_of_published_figures():
    index = statistics.series("gdp_index", as_of=DAY).iloc[-5:]
    assert scenarios.value("baseline", "gdp", 2027, DAY) == pytest.approx(index.mean() - 100)


def test_a_scenario_knows_only_what_was_published_by_the_day():
    early = statistics.series("wage_real_index", as_of="2024-12-31").iloc[-1] - 100
    assert scenarios.value("stalled_wages", "real_wages", 2027, "2024-12-31") == pytest.approx(early)


def test_a_scenario_takes_from_the_baseline_what_it_does_not_name(tmp_path):
    rows = ("baseline,real_wages,,3,,why", "baseline,gdp,,5,,why", "fast,real_wages,,,as gdp,why")
    path = table(tmp_path, *rows)
    assert scenarios.value("fast", "gdp", 2027, path=path) == 5
    assert scenarios.value("fast", "real_wages", 2027, path=path) == 5
    assert scenarios.value("baseline", "real_wages", 2027, path=path) == 3


def test_a_value_for_a_year_holds_in_that_year_alone(tmp_path):
    path = table(tmp_path, "baseline,inflation,,8,,why", "baseline,inflation,2026,10,,why")
    assert [scenarios.value("baseline", "inflation", year, path=path) for year in (2026, 2027)] == [10, 8]
    assert scenarios.value("baseline", "real_wages", 2027, path=path) is None


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("a,gdp,,,,why", "line 2: give a value or a rule"),
        ("a,gdp,,5,last,why", "line 2: give a value or a rule"),
        ("a,gdp,,many,,why", "value 'many' is no number"),
        ("a,gdp,,,guess,why", "rule 'guess' is unknown"),
        ("a,gdp,,5,,", "reason is empty"),
    ],
)
def test_a_faulty_row_gets_one_line(tmp_path, row, words):
    with pytest.raises(UserError, match=words):
        scenarios.scenarios(table(tmp_path, row))


def test_the_model_grows_wages_and_both_pensions_as_stated(monkeypatch):
    drivers = {"inflation": 10.0, "real_wages": 5.0, "pension_margin": 2.0, "pension_indexation": None}
    monkeypatch.setattr(pensions, "value", lambda _, driver, *__: drivers[driver])
    growth = pensions.yearly_growth("baseline", 2027)
    assert growth == pytest.approx({"wages": 1.155, "solidary": 1.12, "basic": 1.1, "schedule": 120 / 118})


def test_a_printed_indexation_replaces_the_rule(monkeypatch):
    drivers = {"inflation": 8.0, "real_wages": 0.0, "pension_margin": 2.0, "pension_indexation": 10.0}
    monkeypatch.setattr(pensions, "value", lambda _, driver, *__: drivers[driver])
    growth = pensions.yearly_growth("baseline", 2030)
    assert growth == pytest.approx({"wages": 1.08, "solidary": 1.1, "basic": 1.1, "schedule": 1.0})


def test_pensions_that_grow_as_wages_do_keep_their_ratio(monkeypatch):
    same = {"wages": 1.1, "solidary": 1.1, "basic": 1.1, "schedule": 1.0}
    monkeypatch.setattr(pensions, "yearly_growth", lambda *_: same)
    made = pensions.replacement("baseline", 2030, DAY)
    last = statistics.series(pensions.RATIO, as_of=DAY).iloc[-1]
    assert made["low"].tolist() == pytest.approx([last] * len(made))
    assert made["high"].tolist() == pytest.approx([last] * len(made))


def test_the_average_pension_of_february_2026_which_the_model_does_not_know_lies_in_its_range():
    published = statistics.series("average_pension", as_of=DAY)[pd.Period("2026-02", "M")]
    made = pensions.replacement("baseline", 2026, DAY).iloc[-1]
    assert made["pension_low"] <= published <= made["pension_high"]


def test_with_nothing_to_start_from_the_report_says_so():
    assert pensions.replacement("baseline", 2027, "2020-12-31").empty
    assert "No figure" in pension_page.chart("baseline", 2027, "2020-12-31").data
    assert pension_page.table(2027, "2020-12-31").rows == []


def test_the_page_shows_every_scenario():
    shown = pension_page.table(2027, DAY)
    assert len(shown.rows) == len(scenarios.known())
    assert {len(row.cells) for row in shown.rows} == {3}
    assert set(scenarios.known()) <= set(pension_page.NAMES)


@pytest.mark.slow
@pytest.mark.parametrize("scenario", scenarios.known())
def test_labels_of_the_scenarios_do_not_touch(scenario):
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Annotation

    figure = pension_page.chart(scenario, 2027, DAY).figure
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw_without_rendering()
    boxes = [note.get_window_extent(renderer) for note in figure.axes[0].findobj(Annotation)]
    assert len(boxes) == len(scenarios.known())
    assert not any(box.overlaps(other) for n, box in enumerate(boxes) for other in boxes[n + 1 :])


def test_the_source_of_an_assumption_is_a_link_without_its_address_in_words():
    links = [cell.links for row in pension_page.assumptions("baseline", DAY).rows for cell in row.cells if cell.links]
    assert links
    assert all(address.startswith("https://") and "http" not in words for ((words, address),) in links)


def test_a_mean_names_its_years_and_last_years_wages_their_change():
    shown = [row.cells[2].small for row in pension_page.assumptions("baseline", DAY).rows[:3]]
    assert shown == ["mean of 2021–2025", "mean of 2021–2025", "mean of 2020–2024"]
    assert pension_page.named("stalled_wages") == "real wages change as in the last year (−1.8%)"


def test_the_national_banks_inflation_holds_for_its_year_alone():
    assert scenarios.value("national_bank", "inflation", 2026, DAY) == 10
    assert scenarios.value("national_bank", "inflation", 2027, DAY) == scenarios.value(
        "baseline", "inflation", 2027, DAY
    )
