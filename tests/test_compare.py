"""A run keeps its forecasts; two runs tell what moved and why, cause by cause."""

import json
import shutil
from functools import lru_cache

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from helpers import UserError, files, targets
from helpers.record import compare, moved as moved_page, news
from helpers.record.compare import Cause, Move
from helpers.render import archive, outcomes, summary
from helpers.render.outcomes import COLUMNS, FIGURES, FORECASTS

DAY = "2026-11-22"


@lru_cache
def outlooks(as_of):
    """The third direction holds forecasts that quarters narrow and some that none do."""
    return targets.outlooks(3, as_of=as_of)


@pytest.fixture
def executed():
    """A report whose executed notebook handed out what it is given, as the record of a run names it."""

    def make(folder, published, name="report"):
        data = json.loads(json.dumps(published._repr_mimebundle_(), default=float))
        output = new_output("execute_result", data, execution_count=1)
        cell = new_code_cell("targets.publish(outlooks)", outputs=[output], execution_count=1)
        nbformat.write(new_notebook(cells=[cell]), folder / f"{name}.ipynb")
        return {"name": name, "status": "rendered", "files": [f"{name}.ipynb"]}

    return make


@pytest.fixture
def run(executed, tmp_path):
    """The folder of a run that kept the forecasts of one day; `edit` changes one of its files."""

    def make(name="a", as_of=DAY, version="1 x", edit=None):
        folder = tmp_path / name
        folder.mkdir()
        outcomes.keep(folder, [executed(folder, targets.publish(outlooks(as_of), as_of))], version)
        for file, change in (edit or {}).items():
            kinds = {"indicator": str, "period": str}
            change(pd.read_csv(folder / file, dtype=kinds)).to_csv(folder / file, index=False)
        return compare.load(folder, tmp_path)

    return make


def moved(found, indicator, period="2027"):
    return next(move for move in found if (move.indicator, move.period) == (indicator, period))


def test_a_run_keeps_quantiles_and_figures(run, tmp_path):
    run()
    forecasts, figures = (pd.read_csv(tmp_path / "a" / file) for file in (FORECASTS, FIGURES))
    assert list(forecasts.columns) == COLUMNS[FORECASTS]
    assert list(figures.columns) == COLUMNS[FIGURES]
    assert set(forecasts["as_of"]) == {DAY}
    assert (forecasts["q10"] < forecasts["q90"]).all()
    assert {"11", "12"} <= set(forecasts["indicator"].astype(str))


def test_the_report_that_speaks_of_fewer_indicators_is_heard_and_the_contradiction_is_named(executed, tmp_path):
    all_of_them, one = outlooks(DAY), {"11": outlooks(DAY)["11"]}
    edited = targets.publish(one, DAY)
    for row in edited.verdicts:
        row["verdict"] = "unlikely" if row["probability"] else row["verdict"]
    reports = [
        executed(tmp_path, targets.publish(all_of_them, DAY), "0_overview"),
        executed(tmp_path, edited, "3_work"),
    ]
    assert outcomes.keep(tmp_path, reports, "1 x") == ["indicator 11, KAZ: 0_overview says otherwise"]
    kept = pd.read_csv(tmp_path / outcomes.VERDICTS, dtype={"indicator": str})
    said = kept[(kept["indicator"] == "11") & kept["probability"].notna()]
    assert set(said["verdict"]) == {"unlikely"}


def test_a_run_without_forecasts_keeps_none_and_cannot_be_compared(tmp_path):
    outcomes.keep(tmp_path, [], "1 x")
    assert not (tmp_path / FORECASTS).exists()
    with pytest.raises(UserError, match="kept no forecasts"):
        compare.load(tmp_path, tmp_path)


def test_a_run_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(UserError, match="run yesterday: there is none"):
        compare.load("yesterday", tmp_path)


def test_nothing_moves_between_equal_runs(run):
    assert compare.lines(compare.compare(run("a"), run("b"))) == ["No forecast moved."]


@pytest.mark.slow
def test_a_new_figure_explains_the_whole_move(run):
    move = moved(compare.compare(run("a", "2025-12-31"), run("b")), "11")
    assert len(move.causes) == 1
    assert move.causes[0].words.startswith("new figure: 2025 4.6")
    assert "Q2 2026 4.5" in move.causes[0].words
    assert move.causes[0].effect == pytest.approx(move.after - move.before, abs=1e-3)


def test_a_revised_figure_is_told_from_a_new_one(run):
    def revise(figures):
        chosen = (figures["indicator"] == "11") & (figures["period"] == "2023")
        figures.loc[chosen, "value"] = 5.4
        return figures

    before, after = run("a", "2025-12-31", edit={FIGURES: revise}), run("b")
    a, b = (run["11", "KAZ", "data/plan"] for run in (before, after))
    causes = compare.causes("KAZ", "2027", a, b, compare.medians("KAZ", a, b))
    words = [cause.words for cause in causes]
    assert "revised figure: 2023 5.4 → 4.7" in words
    assert any(said.startswith("new figure: 2025 4.6") for said in words)


@pytest.mark.slow
def test_effects_add_up_to_the_move(run):
    def shifted(forecasts):
        return forecasts.assign(q50=forecasts["q50"] - 1, version="0 w")

    move = moved(compare.compare(run("a", "2025-12-31", edit={FORECASTS: shifted}), run("b")), "11")
    assert [cause.words.split(" ")[0] for cause in move.causes] == ["changed", "new"]
    assert sum(cause.effect for cause in move.causes) == pytest.approx(move.after - move.before, abs=1e-3)


def test_what_no_cause_explains_of_a_move_is_a_remainder():
    causes = [Cause("new figure: 2025 4.6", 0.09), Cause("changed assumption", 0.2)]
    (*same, rest) = compare.with_remainder(causes, 0.5, 2)
    assert same == causes
    assert (rest.words, rest.effect) == ("remainder", pytest.approx(0.21))
    assert compare.with_remainder(causes, 0.291, 2) == causes
    assert compare.with_remainder([Cause("changed assumption")], 0.5, 2) == [Cause("changed assumption")]


def test_a_verdict_that_changed_is_named_with_what_it_was(run, tmp_path):
    def edit(verdicts):
        verdicts.loc[verdicts["year"].eq(2025) & verdicts["indicator"].eq("11"), "verdict"] = "very likely"
        return verdicts

    run("a", edit={outcomes.VERDICTS: edit}), run("b")
    a, b = ({"folder": tmp_path / name} for name in "ab")
    assert news.changes(b, b) == []
    (one,) = news.changes(a, b)
    assert one["said"]["en"] == "11. Unemployment rate, Kazakhstan, 2025: very likely → met: new figure: 2025 4.6"
    assert one["said"]["ru"].startswith("11. Уровень безработицы, Казахстан, 2025: ")
    assert one["said"]["kk"].startswith("11. Жұмыссыздық деңгейі, Қазақстан, 2025: ")


@pytest.mark.slow
def test_a_changed_assumption_is_named_with_its_effect(run):
    def adjusted(forecasts):
        return forecasts.assign(q50=forecasts["q50"] + 0.5, adjustment=0.5)

    move = moved(compare.compare(run("a"), run("b", edit={FORECASTS: adjusted})), "11")
    assert move.causes == (Cause("changed assumption", 0.5),)


@pytest.mark.slow
def test_a_method_that_is_not_at_hand_gives_causes_without_effects(run):
    def other(forecasts):
        return forecasts.assign(q50=forecasts["q50"] + 2, version="9 z")

    move = moved(compare.compare(run("a", "2025-12-31"), run("b", edit={FORECASTS: other})), "11")
    assert [cause.effect for cause in move.causes] == [None] * 3
    assert move.causes[-1].words.startswith("by how much each can't be told")


def test_a_move_is_one_line_with_its_causes_below():
    move = Move("11", "KAZ", "2027", 4.41, 4.5, 2, (Cause("new figure: 2025 4.6", 0.09), Cause("changed assumption")))
    assert compare.lines([move]) == [
        "11. Unemployment rate, Kazakhstan, 2027: 4.41 → 4.50",
        "  new figure: 2025 4.6: +0.09",
        "  changed assumption",
    ]


@pytest.fixture
def reported(run, tmp_path, monkeypatch):
    """What a report says has moved since a run of the day before the last figures came, or of the same day."""
    monkeypatch.setattr(files, "OUTPUTS", tmp_path)

    def report(before):
        if before:
            run("before", before)
            facts = {"format": archive.FORMAT, "complete": True, "started": "2026-01-05T02:00", "reports": []}
            facts |= {"run": "before", "version": "1", "data_read_on": "2026-01-04", "seconds": 1.0, "number": 1}
            (tmp_path / "before" / "run.json").write_text(json.dumps(facts), encoding="utf-8")
        return moved_page.since_last_run(outlooks(DAY), "KAZ", DAY)

    return report


@pytest.mark.slow
def test_a_report_names_each_forecast_that_moved_since_the_last_run_and_why(reported):
    table = reported("2025-12-31")
    assert table.caption == "Forecasts that moved since the run of 5 January 2026"
    said = [[cell.words for cell in row.cells] for row in table.rows]
    unemployment = next(row for row in said if row[0].startswith("11. ") and row[1] == "2027")
    assert unemployment[4].startswith("new figure: 2025 4.6")
    assert unemployment[2] != unemployment[3]


def test_a_report_says_that_no_forecast_moved(reported):
    assert reported(DAY).data == "No forecast moved since the run of 5 January 2026."


def test_a_report_without_an_earlier_run_says_so(reported):
    assert reported(None).data == "There is no earlier run to compare with."


@pytest.mark.parametrize("folder", [files.PLAN, "data/plan", files.ROOT / "data" / "plan"])
def test_a_plan_has_one_name_whichever_way_its_folder_is_given(folder):
    assert files.plan_name(folder) == "data/plan"
    assert targets.outlooks(1, folder=folder).plan_name == "data/plan"


def test_a_plan_elsewhere_keeps_its_own_name(tmp_path):
    assert files.plan_name(tmp_path) == str(tmp_path)
    assert files.plan_folder(files.plan_name(tmp_path)) == tmp_path


# The message of the night
def kept(folder, word, chance="", figure="", as_of=DAY):
    folder.mkdir()
    row = dict.fromkeys(outcomes.COLUMNS[outcomes.VERDICTS], "")
    row |= {"plan": "data/plan", "indicator": "11", "area": "KAZ", "as_of": as_of, "year": "2026", "verdict": word}
    row |= {"probability": chance, "figure": figure, "decimals": "1"}
    pd.DataFrame([row]).to_csv(folder / outcomes.VERDICTS, index=False)
    return {"folder": folder}


def test_the_message_says_first_which_verdicts_changed_and_why_then_what_failed_then_the_numbers(tmp_path):
    before = kept(tmp_path / "a", "very likely", "0.93")
    found = news.changes(before, kept(tmp_path / "b", "met", figure="4.5"))
    failed = {"name": "r", "status": "failed", "error": "ValueError: no", "last_good": None}
    facts = {"run": "R", "seconds": 1.0, "reports": [failed], "changes": found, "refresh": ["bns: no answer"]}
    assert summary.as_text(facts).splitlines() == [
        "11. Unemployment rate, Kazakhstan, 2026: very likely (93%) → met: new figure: 2026 4.5",
        "refresh: bns: no answer",
        "failed: r: ValueError: no (there is no earlier copy)",
        "Jospar R: 0 rendered, 0 unchanged, 1 failed; 1.0 s",
    ]
    assert "<h2>Verdicts that changed</h2><ul><li>11. Unemployment" in summary.as_html(facts)


def test_a_verdict_that_stays_is_no_news_and_a_first_run_has_none(tmp_path):
    one, other = kept(tmp_path / "a", "likely", "0.7"), kept(tmp_path / "b", "likely", "0.8")
    assert news.changes(one, other) == []
    assert news.changes(None, other) == []


def test_a_report_says_in_a_sentence_which_verdicts_changed_since_the_last_run(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "OUTPUTS", tmp_path)
    found = outlooks(DAY)
    assert moved_page.verdicts(found, DAY).data == ""
    now = found["11"].judged.set_index("year").loc[2026, "verdict"]
    for name, word in (("before", "missed"), ("later", now)):
        folder = kept(tmp_path / name, word)["folder"]
        facts = {"format": archive.FORMAT, "complete": True, "started": f"2026-01-0{len(name)}T02:00", "reports": []}
        facts |= {"run": name, "version": "1", "data_read_on": "2026-01-04", "seconds": 1.0, "number": len(name)}
        (folder / "run.json").write_text(json.dumps(facts), encoding="utf-8")
        said = moved_page.verdicts(found, DAY).data
        if name == "before":
            assert said.startswith("1 verdict changed since the run of 6 January 2026: ")
            assert said.endswith(f"Unemployment rate, 2026: missed → {now}.")
            shutil.rmtree(folder)
    assert said == "No verdict changed since the run of 5 January 2026."


@pytest.mark.slow
def test_a_verdict_that_changed_by_its_forecast_has_the_causes_of_the_move(tmp_path, executed):
    for name, day in (("a", "2026-03-01"), ("b", DAY)):
        (tmp_path / name).mkdir()
        rows = targets.publish(outlooks(day), day)
        outcomes.keep(tmp_path / name, [executed(tmp_path / name, rows)], "1")
    found = news.changes({"folder": tmp_path / "a"}, {"folder": tmp_path / "b"})
    assert found
    assert all(one["why"] and one["before"] != one["after"] for one in found)
