"""Tables as readers see them, and sentences as they read them."""

import shutil
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from helpers import files, plan, prose, statistics, tables, targets
from helpers.charts import captions
from helpers.language import use_language
from helpers.tables import Cell, Row, Table
from helpers.tables.cells import verdict_cell


def cells(table, head):
    return next(row.cells for row in table.rows if row.cells and row.cells[0].words.startswith(head))


def test_text_from_data_never_becomes_markup():
    table = Table("a <b>caption</b>", ["<i>head</i>"], [Row([Cell("<script>alert(1)</script>")])])
    html = table._repr_html_()
    assert "<script>" not in html
    assert "<b>" not in html
    assert "&lt;script&gt;" in html


def test_rows_and_columns_have_header_cells():
    html = Table("a", ["x", "y"], [Row([Cell("r"), Cell("1")])])._repr_html_()
    assert html.count('scope="col"') == 2
    assert html.count('scope="row"') == 1


def test_the_scorecard_says_the_verdict_in_words_with_figure_and_target(found):
    row = cells(tables.scorecard(found), "11. ")
    assert row[3] == Cell("met", "4.6 · target 4.7", "good")
    assert row[5].small.endswith("% · target 4.7")


def test_the_scorecard_has_all_directions_and_indicators(found):
    table = tables.scorecard(found, plan.directions())
    assert sum(bool(row.group) for row in table.rows) == 5
    assert sum(bool(row.cells) for row in table.rows) == 29


def test_a_blank_cell_is_told_from_a_lost_one(found):
    assert cells(tables.scorecard(found), "12. ")[1].words == "cell lost"
    assert verdict_cell(found["2"].judged.iloc[-1], found["2"]).words == "none set"


@pytest.mark.slow
def test_an_indicator_without_figures_takes_one_line_with_its_reason_and_the_plans_source(found):
    card = tables.scorecard(found)
    _, line = cells(card, "1. ")
    assert (line.words, line.small, line.span) == ("no comparable data", "source in the plan: ministry of labour", 5)
    assert "124.5 thousand of 441 thousand" in line.fold
    assert line.links[0][1].startswith("https://")
    folds = BeautifulSoup(card._repr_html_(), "html.parser").select("td.whole details")
    assert len(folds) == sum(not one.has_verdict for one in found.values())


def test_targets_that_asked_for_nothing_are_marked(found):
    card = tables.scorecard(found)
    assert cells(card, "7. ")[1].small.endswith(" · no stricter than 2021")
    assert "no stricter" not in cells(card, "11. ")[1].small
    assert targets.lenient({"target": 5.5}, found["7"]) == 2021
    assert targets.lenient({"target": float("nan")}, found["7"]) == 0


def test_worries_begin_with_the_least_likely_and_say_how_old_figures_are(found):
    table = tables.worries(found)
    assert [row.cells[0].words.split(".")[0] for row in table.rows][:3] == ["5", "4", "21"]
    assert cells(table, "21. ")[2].words == "3 years"
    assert cells(table, "11. ")[3].small == "2027: reached"
    assert cells(table, "25. ")[5].words == "no forecast"
    said = prose.worries(found).data
    assert "Least likely" not in said  # the table says so, and the answer above
    assert "cannot show what has happened since: youth unemployment" in said


def test_a_target_without_figure_and_chance_says_which_is_missing(found):
    moves = found["16"]
    assert list(moves.judged["verdict"][-2:]) == ["too few figures for a forecast"] * 2
    assert cells(tables.scorecard(found), "16. ")[5].words == "too few figures for a forecast"
    row = plan.target_row("11")
    alone = targets.verdict(row, targets.figures_of(row, "2026-11-22"))
    assert list(alone.judged["verdict"][-2:]) == ["no forecast", "no forecast"]


def test_one_rule_says_which_published_series_are_judged(found):
    table = tables.agreements(found)
    assert cells(table, "4. ")[4].words == "compared with the targets"
    assert cells(table, "23. ")[4].words == "another measure, no verdict"
    for one in found.values():
        known = targets.agreement(one)
        if known is not None and known.agrees is not None:
            assert known.agrees == (one.series is not None), one.indicator


def test_the_last_figures_of_a_series_have_their_dates_and_the_unit_once():
    said = prose.recent("killed_at_work", 4)
    assert "208\N{NO-BREAK SPACE}people (2020), 200 (2021), 203 (2022) and 202 (2024); in the" in said
    assert "in the first 10 months: 175\N{NO-BREAK SPACE}people (2023), 155 (2024) and 145 (2025)." in said
    assert prose.recent("unemployment_women_quarterly", 1) == ("Unemployment rate of women, quarterly: 4.9% (Q4 2025).")


def test_quarters_stand_beside_the_target_of_their_year(found):
    said = prose.recent("unemployment_women_quarterly", 1, beside=found["12"])
    assert said == "Unemployment rate of women, quarterly: 4.9% (Q4 2025); the target of 2025 is 5.4%."


def test_an_old_figure_is_called_old_and_the_next_one_has_its_month(found):
    assert (
        "This figure is 3 years old. The figure for 2024 was due about April 2025" in prose.paragraph(found["12"]).data
    )
    assert "The figure for 2026 is due about April 2027." in prose.paragraph(found["11"]).data


def test_only_damaged_rows_are_listed_as_damaged():
    table = tables.damaged(plan.targets(), plan.indicators())
    assert [row.cells[0].words.split(". ")[0] for row in table.rows] == [
        "12",
        "13",
        "14",
        "24",
        "25",
        "26.1",
        "26.2",
        "27",
    ]


def test_the_plans_text_stands_as_the_document_prints_it(found):
    document = (files.PLAN / "source" / "development_plan_2023_2027_kk.txt").read_text(encoding="utf-8")
    lines = {words.split("\t")[0]: words for words in document.splitlines() if words.split("\t")[0].isdigit()}
    shown = tables.printed(found)
    for row in shown.rows:
        number, name = row.cells[0].words.split(". ", 1)
        assert name[:30] in document
        assert row.cells[0].small in document
        cells = [cell.words for cell in row.cells[1:] if cell.words]
        if "." not in number:
            stand = [lines[number].find(f"\t{words}") for words in cells]
            assert -1 not in stand
            assert len(stand) == len(lines[number].split("\t")[5:]) - lines[number].split("\t")[5:].count("")
    row = next(row for row in shown.rows if row.cells[0].words.startswith("14. "))
    assert [cell.words for cell in row.cells[1:]] == ["", "55", "65", "70", "70,5", "71", ""]
    assert shown.heads[1:] == [str(year) for year in range(2021, 2028)]
    assert '<tbody lang="kk">' in shown._repr_html_()
    assert "шарттары үшін" in shown._repr_html_()  # a slip of the document, mended in our tables


def test_a_unit_that_a_document_prints_in_two_ways_stands_as_in_our_tables(tmp_path):
    shutil.copytree(files.PLAN, tmp_path / "plan")
    names = tmp_path / "plan" / "source" / "names.csv"
    (line,) = [words for words in names.read_text(encoding="utf-8").splitlines() if words.startswith("unit,people,")]
    with names.open("a", encoding="utf-8") as file:
        file.write(line.replace("unit,people,адам,", "unit,people,кісі,") + "\n")
        file.write(line.replace("unit,people,", "unit,thousand people,").replace("адам,", "мың кісі,", 1) + "\n")
    units = [plan.printed(folder).set_index("indicator")["unit"] for folder in (files.PLAN, tmp_path / "plan")]
    assert [one["16"] for one in units] == ["мың адам", "thousand people"]
    assert units[0].drop("16").equals(units[1].drop("16"))


def test_every_series_of_a_report_has_its_publisher_address_and_day(found):
    table = tables.sources(targets.codes(found))
    assert len(table.rows) == len(set(targets.codes(found)))
    for row in table.rows:
        assert row.cells[1].words
        assert row.cells[2].links[0][1].startswith("http")
        assert row.cells[4].words == "22 November 2026"


def test_the_headline_counts_what_the_scorecard_shows(found):
    judged = targets.assess(found)
    said = prose.headline(found).data
    met, missed = ((judged["verdict"] == verdict).sum() for verdict in ("met", "missed"))
    assert (
        f"**{met} of the {met + missed} targets** for 2023–2025 that can be checked were met and {missed} missed"
        in said
    )
    assert "unemployment rate (4.6% in 2025, target 4.7%)" in prose.outcomes(found).data


def test_the_headline_tells_past_years_without_a_figure_from_those_ahead(found):
    said = prose.headline(found).data
    assert "for 5 targets of 2024–2025 no yearly figure was found yet." in said
    assert (
        "Of the **14 targets** of 2026–2027 with a forecast, 6 are likely to be met, 6 are unlikely to be met and 2 "
        "could go either way." in said
    )
    assert "**21** of the 29 indicators no comparable figures" in said


def test_the_headline_names_targets_that_asked_for_nothing(found):
    said = prose.headline(found).data
    assert "4 of the 8 met targets were no stricter than the level reported for 2021." in said
    assert "with the damaged rows read as printed it is 9 of 19;" in said


def test_the_headline_of_one_direction_does_not_count_all_of_all(found):
    few = {key: found[key] for key in ("5", "7")}
    assert "; no met target was stricter than the level reported for 2021." in prose.headline(few).data
    assert "no stricter" not in prose.headline({"5": found["5"]}).data


def test_a_single_year_is_not_called_every_year(found):
    said = prose.outcomes(found).data
    assert "moves to labour-short regions and young people in permanent jobs (2023 only)." in said
    assert "For 16 of the 21 indicators without comparable figures the plan names this source" in said


def test_what_is_of_concern_is_a_miss_or_a_doubt_and_at_most_five_are_named(found):
    said = prose.headline(found).data
    assert "Of most concern: growth in real money income (16.3% in 2025, target 27.1%), income share" in said
    doubtful = found["7"].judged.assign(verdict="unlikely", probability=0.2)
    numbers = map(str, range(6))
    six = {n: replace(found["7"], indicator=n, judged=doubtful.assign(indicator=n)) for n in numbers}
    said = prose.headline(six).data
    assert said.count("people below the subsistence minimum (chance of 20% in 2027)") == 4
    assert "and 2 more" in said


@pytest.mark.parametrize("direction", range(1, 6))
def test_the_answer_of_a_page_is_at_most_five_sentences(found, direction):
    some = {key: one for key, one in found.items() if one.about["direction"] == direction}
    said = prose.headline(some, prose.recent("killed_at_work", 4), prose.recent("killed_at_work", 2)).data
    assert said.count("\n- ") < 5
    assert ". " not in said


def test_the_headline_of_a_direction_names_a_break_that_we_suspect_and_a_fall_of_income(found):
    said = {
        direction: prose.headline({key: one for key, one in found.items() if one.about["direction"] == direction}).data
        for direction in (2, 4)
    }
    assert "97.0% in 2022, 53.1% in 2023; taken as printed, the first target, 98.25%, would be missed" in said[4]
    assert "In 2025 real income fell by 0.7% on the year before." in said[2]
    assert len(prose.headline(found).data.splitlines()) <= 5


def test_a_sentence_says_a_unit_once(found):
    said = prose.headline({"22": found["22"]}).data
    assert "occupational injuries (0.20\N{NO-BREAK SPACE}per 1,000 workers in 2024, target 0.215)" in said
    latest, _, ahead = prose.paragraph(found["22"]).data.split(". ")[:3]
    assert latest.count("per 1,000 workers") == ahead.count("per 1,000 workers") == 1


def test_a_paragraph_has_no_sign_for_less_or_more(found):
    said = prose.paragraph(found["5"]).data
    assert "a chance of **less than 1%**" in said
    assert "<" not in said
    assert ">" not in said


def test_no_two_tables_of_the_overview_have_the_same_caption(found):
    captions = tables.scorecard(found).caption, tables.nationals(targets.national_outlooks()).caption
    assert captions == ("Targets and verdicts", "National targets and verdicts")


def test_a_table_with_long_words_shows_each_cell_with_its_head_on_a_phone(found):
    html = tables.sources(targets.codes(found))._repr_html_()
    assert 'class="stacked"' in html
    assert 'data-head="Publisher"' in html
    # Six columns, or a head as long as a line, don't fit a phone either: the chances were out of sight.
    for table in (tables.worries(found), tables.not_measured(found)):
        assert 'class="stacked"' in table._repr_html_()


def test_each_licence_stands_apart(found):
    row = BeautifulSoup(tables.sources(["unemployment"])._repr_html_(), "html.parser").select_one("tbody tr")
    assert len(row.select('[data-head="Licence"] .item')) == 3


def test_a_direction_without_series_says_so():
    said = prose.headline(targets.outlooks(1)).data
    assert "No comparable figures are published for any of the **3** indicators; no target can be checked;" in said


def test_the_paragraph_names_figure_target_forecast_and_chance(found):
    said = prose.paragraph(found["11"]).data
    assert "**4.6%** in 2025, meets that year's target of 4.7%" in said
    assert "For 2027 the forecast is" in said


def test_a_part_of_a_year_is_told_and_not_judged(found):
    said = prose.part_year(found["22"]).data
    assert said.startswith("In the first 9 months: 0.13\N{NO-BREAK SPACE}per 1,000 workers (2025).")
    assert said.endswith("A part of a year is not judged.")


def test_numbers_in_russian_sentences_have_commas(found):
    use_language("ru")
    assert "4,6\N{NO-BREAK SPACE}%" in prose.paragraph(found["11"]).data


def test_captions_name_the_extremes():
    table = statistics.by_area("unemployment", as_of="2026-11-22")
    assert "Mangystau region (5.1%)" in captions.regions(table, "unemployment", 2021).title


def test_figures_that_quarters_follow_are_not_called_unseen(found):
    said = prose.worries(found).data.partition("Figures three or more years old cannot show what has happened since")[2]
    assert "youth unemployment" in said
    assert "female unemployment" not in said
