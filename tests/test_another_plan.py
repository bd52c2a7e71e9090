"""The plan of another ministry, with other numbers and years: read, judged and rendered without touching code."""

import shutil
from dataclasses import replace

import nbformat
import pytest

from helpers import UserError, files, plan, prose, render as runs, statistics, tables, targets
from helpers.language import use_language
from helpers.plan import document as plan_document
from helpers.render import batch, fingerprint
from helpers.render.batch import Job

RIVERS = "tests/fixtures/rivers_plan"
FOLDER = files.ROOT / RIVERS
DAY = "2026-11-22"
OVERVIEW = files.NOTEBOOKS / "0_overview.ipynb"


@pytest.fixture(scope="module")
def found():
    return targets.outlooks(as_of=DAY, folder=RIVERS)


@pytest.mark.parametrize("name", plan.TABLES)
def test_its_text_gives_its_tables_byte_for_byte(name, tmp_path):
    plan_document.write(plan_document.read(FOLDER / "source" / "plan_kk.txt"), tmp_path)
    assert (tmp_path / f"{name}.csv").read_bytes() == (FOLDER / f"{name}.csv").read_bytes()


def test_it_has_three_directions_and_seven_indicators(found):
    assert len(plan.directions(RIVERS)) == 3
    assert list(found) == list("1234567")


def test_a_series_is_found_by_the_indicators_name_and_not_by_its_number(found):
    # In this plan 5 is unemployment; in data/plan it is the income share of the poorest.
    assert found["5"].series.name == "unemployment"
    judged = found["5"].judged.set_index("year")
    assert (judged.loc[2025, "figure"], judged.loc[2025, "verdict"]) == (4.6, "met")
    assert [o.indicator for o in found.values() if o.has_verdict] == ["5"]


def test_the_reason_of_another_plans_number_is_not_taken_over(found):
    reason = "No series in the tables of statistics has this indicator's definition."
    assert {found[number].reason for number in "123467"} == {reason}
    assert reason not in set(statistics.not_measured())


def test_a_decision_follows_the_indicators_name(tmp_path):
    table = tmp_path / "decisions.csv"
    table.write_text("indicator,method,since,add,who,day,why\n11,,,2026:0.2,A. Author,2026-11-01,a plant closes\n")
    moved = targets.outlooks(as_of=DAY, folder=RIVERS, decided=table)
    assert [o.indicator for o in moved.values() if o.adjusted is not None] == ["5"]


def test_indicators_are_counted_with_their_parts_where_a_plan_divides_any(found):
    assert prose.outcomes(found).data.startswith("Met every year with a figure: unemployment rate")
    ours = prose.outcomes(targets.outlooks(as_of=DAY)).data
    assert ours.startswith("The plan has 28 indicators; counted by their parts there are 29.")


def test_a_series_that_differs_from_the_reported_figure_is_called_judged_where_it_is(found):
    printed = found["5"].printed.assign(value=lambda cells: cells["value"].where(cells["column"] != "reported", 9.9))
    other = replace(found["5"], printed=printed)
    words = [tables.agreements({"5": one}).rows[0].cells[-1].words for one in (found["5"], other)]
    assert words == ["compared with the targets", "differs, yet judged: the series has the indicator's own name"]


def test_the_reported_year_is_the_plans_own(found):
    assert targets.reported_year(found["5"].printed) == 2023
    assert targets.reported_year(plan.targets().query("indicator == '11'")) == 2021


@pytest.mark.parametrize("reading", plan.READINGS)
def test_without_damaged_rows_every_reading_is_the_same(reading):
    values = plan.targets(reading, RIVERS)["value"]
    assert values.equals(plan.targets("resolved", RIVERS)["value"])


def test_an_indicator_that_the_plan_lacks_is_one_line(found):
    with pytest.raises(UserError, match=r"tests/fixtures/rivers_plan has no indicator 27 here, only 1, 2") as caught:
        found["27"]
    assert "\n" not in str(caught.value)


def test_its_units_are_in_the_readers_language(found):
    from helpers.language import text

    use_language("ru")
    assert text(found["7"].unit) == "минут"
    use_language("kk")
    assert text(found["4"].unit) == "көпір"


def test_the_name_of_the_default_folder_goes_with_the_data(monkeypatch, tmp_path):
    monkeypatch.setattr(files, "DATA", tmp_path / "elsewhere")
    assert files.plan_folder("data/plan") == tmp_path / "elsewhere" / "plan"
    assert files.plan_folder(RIVERS) == files.ROOT / RIVERS


# What a report depends on
def test_every_numbered_notebook_takes_the_plan():
    for path in sorted(files.NOTEBOOKS.glob("[0-9]*.ipynb")):
        assert Job(path).plan == "data/plan"
        assert batch.declared(path)["plan"]["default"] == '"data/plan"'


def test_a_change_in_a_plan_outside_the_data_changes_the_key_of_its_reports_alone(tmp_path):
    folder = tmp_path / "plan"
    shutil.copytree(FOLDER, folder)
    jobs = [Job(OVERVIEW, {"plan": str(folder)}), Job(OVERVIEW)]
    before = [fingerprint.key(job, [], "") for job in jobs]
    (folder / "goals.csv").write_text("changed", encoding="utf-8")
    after = [fingerprint.key(job, [], "") for job in jobs]
    assert before[0] != after[0]
    assert before[1] == after[1]


def test_a_plan_that_a_notebook_has_as_its_default_is_seen(make_notebook):
    job = Job(make_notebook("own", parameters=f"plan: str = '{RIVERS}'"))
    assert job.plan == RIVERS
    assert fingerprint.plan_hash(job.plan) == fingerprint.folder_hash(FOLDER)


def test_what_a_notebook_hands_out_names_its_plan(found):
    published = targets.publish(found, DAY)
    assert {row["plan"] for row in published.verdicts} == {RIVERS}
    assert [row["indicator"] for row in published.verdicts if row["figure"]] == ["5"]


@pytest.mark.parametrize(
    ("named", "fault"), [("data/none", "holds no plan's tables"), (str(FOLDER), "a path of this machine")]
)
def test_a_plan_that_cannot_be_shown_or_found_stops_before_anything_runs(named, fault):
    with pytest.raises(UserError, match=fault):
        batch.check(Job(OVERVIEW, {"plan": named}))


@pytest.mark.slow
def test_its_overview_is_rendered_in_three_languages(tmp_path):
    asked = {"plan": RIVERS, "as_of": DAY}
    run = runs.run([Job(OVERVIEW, asked | {"language": language}) for language in ("en", "kk", "ru")], tmp_path)
    assert [report["error"] for report in run["reports"] if report["status"] == "failed"] == []
    title = plan.title(RIVERS)
    for report, language in zip(run["reports"], ("en", "kk", "ru"), strict=True):
        text = str(nbformat.read(run["folder"] / f"{report['name']}.ipynb", as_version=4))
        assert title[f"name_{language}"] in text
