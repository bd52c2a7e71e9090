"""Nothing is rendered twice and nothing is lost: taking over, failing, stopping, running out of room."""

import errno
import json
import os
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import nbformat
import pandas as pd
import pytest

from helpers import UserError, files, render as runs, statistics
from helpers.render import archive, fingerprint
from helpers.render.batch import Job
from helpers.statistics.store import all_observations


class Rendering(list):
    """The names of the reports that were rendered, without a kernel; `broken` says which fail, and of what."""

    def __init__(self):
        self.broken = {}

    def render(self, work, watch=None):
        self.append(work.name)
        error = self.broken.get(work.name)
        if isinstance(error, BaseException):
            raise error
        if error:
            record = {"status": "failed", "error": error, "title": "", "seconds": 0.1, "size": 4, "kernel": "warm"}
            return record, {f"failed/{work.name}.ipynb": b"oops"}
        page, notebook = f"<main>\n{work.name}, rendering {len(self)}".encode(), b'{"cells": []}'
        size = len(page) + len(notebook)
        record = {"status": "rendered", "title": "A title", "seconds": 0.1, "size": size, "kernel": "warm"}
        return record, {f"{work.name}.html": page, f"{work.name}.ipynb": notebook}


@pytest.fixture
def rendered(monkeypatch):
    found = Rendering()
    monkeypatch.setattr("helpers.render.execution.render", found.render)
    monkeypatch.setattr("helpers.render.kernels.prepare", lambda sources: None)
    return found


@pytest.fixture
def jobs(make_notebook):
    return [Job(make_notebook("a")), Job(make_notebook("b"), {"rate": 2.5})]


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def statuses(facts):
    return [report["status"] for report in facts["reports"]]


def folders(out):
    return sorted(path.name for path in out.iterdir() if path.is_dir() and not path.is_symlink())


@pytest.mark.slow
def test_an_unchanged_report_is_taken_over(jobs, out, rendered):
    first = runs.run(jobs, out)
    second = runs.run(jobs, out)
    assert rendered == ["a", "b--rate-2.5"]
    assert statuses(first) == ["rendered", "rendered"]
    assert statuses(second) == ["unchanged", "unchanged"]
    assert second["folder"] != first["folder"]
    for name in ("a.html", "a.ipynb", "b--rate-2.5.html"):
        assert (second["folder"] / name).read_bytes() == (first["folder"] / name).read_bytes()


def edited(job, change):
    notebook = nbformat.read(job.notebook, as_version=4)
    change(notebook)
    nbformat.write(notebook, job.notebook)


def add_cell(notebook):
    notebook.cells.append(nbformat.v4.new_code_cell("1 + 1"))


def add_output(notebook):
    notebook.cells[1].execution_count = 3
    notebook.cells[1].outputs = [nbformat.v4.new_output("stream", text="seen in the lab")]


@pytest.mark.slow
def test_only_the_report_whose_cell_changed_is_rendered_again(jobs, out, rendered):
    runs.run(jobs, out)
    edited(jobs[0], add_cell)
    assert statuses(runs.run(jobs, out)) == ["rendered", "unchanged"]


def test_a_notebook_that_was_only_run_in_the_lab_is_not_rendered_again(jobs, out, rendered):
    runs.run(jobs, out)
    edited(jobs[0], add_output)
    assert statuses(runs.run(jobs, out)) == ["unchanged", "unchanged"]


def test_a_report_with_another_parameter_is_rendered(jobs, out, rendered):
    runs.run(jobs, out)
    assert statuses(runs.run([jobs[0], Job(jobs[1].notebook, {"rate": 3.5})], out)) == ["unchanged", "rendered"]


def test_a_copy_of_a_notebook_gets_reports_under_its_own_name(jobs, out, rendered):
    runs.run(jobs, out)
    copy = jobs[0].notebook.with_name("c.ipynb")
    shutil.copy(jobs[0].notebook, copy)
    found = runs.run([*jobs, Job(copy)], out)
    assert statuses(found) == ["unchanged", "unchanged", "rendered"]
    assert (found["folder"] / "c.html").is_file()


def test_a_change_in_a_data_table_renders_all_again(jobs, out, rendered, tmp_path, monkeypatch):
    shutil.copytree(files.DATA, tmp_path / "data")
    monkeypatch.setattr(files, "DATA", tmp_path / "data")
    runs.run(jobs, out)
    table = tmp_path / "data" / "statistics" / "observations.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("unemployment,KAZ,2024,", "unemployment,KAZ,2024,9"))
    assert statuses(runs.run(jobs, out)) == ["rendered", "rendered"]


@pytest.mark.slow
def test_a_change_in_the_package_renders_all_again(jobs, out, rendered, tmp_path, monkeypatch):
    (tmp_path / "package").mkdir()
    module = tmp_path / "package" / "fingerprint.py"
    module.write_text("one = 1\n", encoding="utf-8")
    monkeypatch.setattr("helpers.files.PACKAGE", module.parent)
    runs.run(jobs, out)
    assert statuses(runs.run(jobs, out)) == ["unchanged", "unchanged"]
    module.write_text("one = 2\n", encoding="utf-8")
    assert statuses(runs.run(jobs, out)) == ["rendered", "rendered"]


def test_another_installed_version_renders_all_again(jobs, out, rendered, monkeypatch):
    runs.run(jobs, out)
    installed = fingerprint.versions()
    monkeypatch.setattr(fingerprint, "versions", lambda: [*installed, "newcomer==1.0"])
    assert statuses(runs.run(jobs, out)) == ["rendered", "rendered"]


def test_a_day_on_which_a_new_figure_is_known_has_another_hash():
    known = fingerprint.last_known(date.today())
    assert fingerprint.inputs(known) == fingerprint.inputs(date.today())
    assert fingerprint.inputs(known - timedelta(days=1)) != fingerprint.inputs(known)


@pytest.mark.parametrize("day", [date(2012, 1, 1), date(2019, 12, 31), date(2024, 3, 31), date(2026, 11, 22)])
def test_the_newest_known_figure_is_that_of_the_statistics(day):
    known = all_observations(files.STATISTICS).table["known"]
    assert fingerprint.last_known(day) == known[known <= pd.Timestamp(day)].max().date()
    assert fingerprint.read_on() == statistics.sources()["read_on"].max()


@pytest.mark.slow
def test_force_renders_what_has_not_changed(jobs, out, rendered):
    runs.run(jobs, out)
    assert statuses(runs.run(jobs, out, force=True)) == ["rendered", "rendered"]


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_text("cut")])
def test_a_report_whose_file_was_lost_or_cut_short_is_rendered_again(jobs, out, rendered, damage):
    first = runs.run(jobs, out)
    damage(first["folder"] / "a.html")
    assert statuses(runs.run(jobs, out)) == ["rendered", "unchanged"]


def test_without_a_change_there_is_no_new_run(jobs, out, rendered):
    first = runs.run(jobs, out, if_changed=True)
    assert first["new"]
    again = runs.run(jobs, out, if_changed=True)
    assert not again["new"]
    assert again["run"] == first["run"]
    assert folders(out) == [first["run"]]


def test_a_changed_cell_a_failed_report_or_another_list_of_reports_makes_a_new_run(jobs, out, rendered):
    runs.run(jobs, out)
    assert runs.run(jobs[:1], out, if_changed=True)["new"]
    edited(jobs[0], add_cell)
    rendered.broken["a"] = "ValueError: no"
    assert statuses(runs.run(jobs[:1], out, if_changed=True)) == ["failed"]
    assert runs.run(jobs[:1], out, if_changed=True)["new"]


@pytest.mark.slow
def test_a_failed_report_leaves_the_last_good_one_in_the_index_with_its_date(jobs, out, rendered):
    good = runs.run(jobs, out)
    record = json.loads((good["folder"] / "run.json").read_text(encoding="utf-8"))
    record["reports"][0]["rendered"] = "2026-03-08T02:30:00+00:00"
    (good["folder"] / "run.json").write_text(json.dumps(record), encoding="utf-8")
    edited(jobs[0], add_cell)
    rendered.broken["a"] = "ValueError: no figures"
    # Again and again: the copy is handed on from one failed run to the next.
    for _ in range(3):
        failed = runs.run(jobs, out)
        assert statuses(failed) == ["failed", "unchanged"]
    assert (failed["folder"] / "failed" / "a.ipynb").read_text(encoding="utf-8") == "oops"
    index = (out / "index.html").read_text(encoding="utf-8")
    kept, copy = ((run["folder"] / "a.html").read_text(encoding="utf-8") for run in (good, failed))
    assert copy.count("This is the copy of 8 March 2026") == 1
    assert copy.endswith(kept.removeprefix("<main>"))
    assert "copy" not in kept
    assert "ValueError: no figures" in index
    assert "8 March 2026" in index
    assert f"{failed['run']}/a.html" in index
    assert "the index shows the copy of 2026-03-08" in (failed["folder"] / "summary.txt").read_text(encoding="utf-8")
    rendered.broken.clear()
    assert statuses(runs.run(jobs, out)) == ["rendered", "unchanged"]


def test_what_goes_wrong_around_a_report_is_its_own_failure(jobs, out, rendered):
    rendered.broken["a"] = MemoryError("too large")
    found = runs.run(jobs, out)
    assert statuses(found) == ["failed", "rendered"]
    assert found["reports"][0]["error"] == "MemoryError: too large"


@pytest.mark.slow
def test_an_interrupted_run_keeps_what_it_finished_and_the_latest_stays(jobs, out, rendered):
    first = runs.run(jobs, out)
    index = (out / "index.html").read_bytes()
    for job in jobs:
        edited(job, add_cell)

    def interrupt(record):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        runs.run(jobs, out, workers=1, tell=interrupt)
    assert (out / "latest").resolve() == first["folder"].resolve()
    assert (out / "index.html").read_bytes() == index
    interrupted = archive.history(out)[0]
    assert not interrupted["complete"]
    assert len(interrupted["reports"]) == 1
    rendered.clear()
    assert sorted(statuses(runs.run(jobs, out))) == ["rendered", "unchanged"]
    assert len(rendered) == 1
    assert archive.latest_complete(archive.history(out))["run"] == (out / "latest").resolve().name


def test_data_that_change_under_a_run_stop_it_and_nothing_is_published(jobs, out, rendered, tmp_path, monkeypatch):
    shutil.copytree(files.STATISTICS, tmp_path / "data" / "statistics")
    monkeypatch.setattr(files, "DATA", tmp_path / "data")

    def refresh(record):
        with (tmp_path / "data" / "statistics" / "observations.csv").open("a") as table:
            table.write("\n")

    with pytest.raises(UserError, match=r"observations.csv: changed while the run was under way; nothing is published"):
        runs.run(jobs, out, 1, refresh)
    assert not (out / "latest").exists()
    assert not archive.history(out)[0]["complete"]


def test_a_full_disk_is_one_line_and_what_was_good_stays(jobs, out, rendered, monkeypatch):
    first = runs.run(jobs, out)
    edited(jobs[1], add_cell)
    whole = os.replace

    def full(source, target):
        if str(target).endswith(".html"):
            raise OSError(errno.ENOSPC, "No space left on device", str(target))
        whole(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(UserError, match="No space left on device; make room"):
        runs.run(jobs, out)
    assert not list(out.rglob("*.part"))
    assert (out / "latest").resolve() == first["folder"].resolve()
    monkeypatch.undo()


@pytest.mark.slow
def test_a_second_run_in_the_same_folder_refuses_or_waits(jobs, out, rendered):
    ended = []
    with archive.locked(out, wait=False), ThreadPoolExecutor(1) as second:
        with pytest.raises(UserError, match="another run is under way; wait for it with --wait"):
            second.submit(runs.run, jobs, out).result()
        with pytest.raises(UserError, match="another run is under way; wait until it has ended"):
            second.submit(archive.prune, out, 1).result()
        waiting = threading.Thread(target=lambda: ended.append(runs.run(jobs, out, wait=True)))
        waiting.start()
        time.sleep(0.3)
        assert not ended
    waiting.join(30)
    assert statuses(ended[0]) == ["rendered", "rendered"]


def test_a_run_that_ended_lets_the_next_one_start(jobs, out, rendered):
    with archive.locked(out, wait=False):
        pass
    with archive.locked(out, wait=False):
        pass


@pytest.mark.slow
def test_pruning_keeps_the_newest_runs_and_the_latest_complete_one(jobs, out, rendered):
    complete = runs.run(jobs, out)

    def interrupt(record):
        raise KeyboardInterrupt

    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            runs.run(jobs, out, tell=interrupt)
    newest = archive.history(out)[0]["run"]
    assert len(archive.prune(out, 1)) == 2
    assert folders(out) == sorted([complete["run"], newest])
    assert archive.prune(out / "nowhere", 1) == []
    assert not (out / "nowhere").exists()


def test_a_pruned_run_takes_no_report_with_it(jobs, out, rendered):
    runs.run(jobs, out)
    second = runs.run(jobs, out)
    archive.prune(out, 1)
    assert (second["folder"] / "a.html").read_text(encoding="utf-8") == "<main>\na, rendering 1"
    assert statuses(runs.run(jobs, out)) == ["unchanged", "unchanged"]


@pytest.mark.parametrize("content", ["", "[]", '{"format": 0}', '{"format": '])
def test_a_run_without_a_readable_record_is_passed_over(jobs, out, rendered, content):
    (out / "2020-01-01_000000").mkdir(parents=True)
    (out / "2020-01-01_000000" / "run.json").write_text(content, encoding="utf-8")
    assert archive.history(out) == []
    assert statuses(runs.run(jobs, out)) == ["rendered", "rendered"]


def test_two_reports_of_one_name_or_none_at_all_are_refused_before_anything_is_written(make_notebook, tmp_path, out):
    (tmp_path / "other").mkdir()
    first = make_notebook("a")
    second = tmp_path / "other" / "a.ipynb"
    shutil.copy(first, second)
    with pytest.raises(UserError, match="a: two reports would have this name"):
        runs.run([Job(first), Job(second)], out)
    with pytest.raises(UserError, match="no report to render"):
        runs.run([], out)
    with pytest.raises(UserError, match="has no parameter"):
        runs.run([Job(first, {"rat": 1.0})], out)
    assert not out.exists()


def test_the_record_says_what_was_rendered_of_what_by_what(jobs, out, rendered):
    found = runs.run(jobs, out, asked={"batch": "default"})
    record = json.loads((found["folder"] / "run.json").read_text(encoding="utf-8"))
    assert record["complete"]
    assert record["asked"] == {"batch": "default"}
    assert record["data"]["statistics/observations.csv"] in fingerprint.file_hashes(files.DATA).values()
    assert {"version", "commit", "started", "seconds", "data_read_on", "data_known_on", "data_sha256"} <= record.keys()
    for report in record["reports"]:
        assert {"name", "parameters", "key", "status", "seconds", "kernel", "size", "files"} <= report.keys()


def test_a_report_rendered_singly_leaves_the_last_batch_in_its_place(jobs, out, rendered):
    batch = runs.run(jobs, out)
    runs.run(jobs[:1], out, force=True, asked={"notebooks": ["a.ipynb"]})
    assert (out / "latest").resolve() == batch["folder"].resolve()
    page = (out / "index.html").read_text(encoding="utf-8")
    assert page.count('class="report"') == len(jobs) + 1
    assert page.index("Rendered singly") > page.index(f'href="{batch["run"]}/b--rate-2.5.html')
    assert archive.latest_complete(archive.history(out))["run"] == batch["run"]


@pytest.mark.slow
def test_verdicts_that_a_batch_changed_open_the_index_in_its_language_and_the_message_of_the_night(
    jobs, out, rendered, monkeypatch
):
    """A batch that keeps the same verdicts tells nothing; nor does a report rendered singly."""
    heads = ",".join(runs.COLUMNS[runs.VERDICTS])
    verdicts = iter([heads, heads, f"{heads}\n", f"{heads}\n\n"])
    monkeypatch.setattr(
        "helpers.render.outcomes.keep", lambda folder, *_: files.write(folder / runs.VERDICTS, next(verdicts)) or []
    )
    asked = []

    def news(before, after):
        asked.append((before["run"], after["run"]))
        said = {"en": "11. x: likely → met", "kk": "11. x: ықтимал → орындалды", "ru": "11. x: вероятно → достигнуто"}
        return [{"indicator": "11", "said": said}]

    first, same, changed = (runs.run(jobs, out, force=True, news=news) for _ in range(3))
    assert asked == [(same["run"], changed["run"])]
    assert "changes" not in first | same
    assert "11. x: вероятно → достигнуто" in (out / "index.ru.html").read_text(encoding="utf-8")
    assert (changed["folder"] / "summary.txt").read_text(encoding="utf-8").startswith("11. x: likely → met\n")
    runs.run(jobs[:1], out, force=True, news=news, asked={"notebooks": ["a.ipynb"]})
    assert len(asked) == 1
    assert "11. x: ықтимал → орындалды" in (out / "index.kk.html").read_text(encoding="utf-8")
