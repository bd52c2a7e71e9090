"""`jospar render` as a scheduler or a person runs it: exit codes, signals, notices, what it says."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time

import pytest
import yaml
from command import jospar
from waiting import WAIT, until

from helpers import files, statistics
from helpers.render import batch, summary
from helpers.render.progress import Progress


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """The notebooks here need no library, so none is loaded for their kernels."""
    monkeypatch.setenv("JOSPAR_PRELOAD", "json")


def marked(mark):
    """The processes that carry the mark in their environment."""
    import psutil

    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("TEST_MARK") == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def last_run(out):
    return json.loads(max(out.glob("*/run.json")).read_text(encoding="utf-8"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("numbers", "kernel"),
    [
        ([signal.SIGINT, signal.SIGINT, signal.SIGTERM], "warm"),
        ([signal.SIGHUP], "warm"),
        ([signal.SIGTERM, signal.SIGINT], "cold"),
    ],
)
def test_signals_end_a_run_cleanly_and_the_next_takes_up_where_it_stopped(make_notebook, tmp_path, numbers, kernel):
    quick = make_notebook("quick", "print('done')")
    flag = tmp_path / "waits"
    code = "import os, pathlib, subprocess, time\n"
    # A child in a session of its own is to end as well.
    code += "subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
    code += f"pathlib.Path({str(flag)!r}).touch()\ntime.sleep(WAIT_S)"
    slow = make_notebook("slow", code)
    slow.write_text(slow.read_text().replace("WAIT_S", "int(os.environ.get('TEST_WAIT', 0))"), encoding="utf-8")
    cold = "from helpers.render.kernels import provisioner; provisioner.LAUNCHER = 'none'; " if kernel == "cold" else ""
    hears = "import signal; signal.signal(signal.SIGHUP, signal.SIG_DFL); "  # also where nohup started the tests
    program = f"{hears}{cold}from helpers.cli import main; main()"
    words = [sys.executable, "-c", program, "render", quick, slow, "--jobs", "1", "--output", tmp_path / "out"]
    mark = str(tmp_path)
    env = os.environ | {"TEST_MARK": mark, "TEST_WAIT": "600"}
    process = subprocess.Popen(list(map(str, words)), env=env, stderr=subprocess.PIPE, text=True)
    try:
        until(flag.exists)
        for number in numbers:
            process.send_signal(number)
            time.sleep(0.3)
        _, said = process.communicate(timeout=WAIT)
    finally:
        process.kill()
    assert last_run(tmp_path / "out")["reports"][0]["kernel"] == kernel
    assert process.returncode == 130
    assert said.strip().splitlines()[-1] == "jospar: interrupted; the next run takes over what is finished"
    assert "Traceback" not in said
    until(lambda: not marked(mark))
    assert not (tmp_path / "out" / "latest").exists()
    again = jospar("render", quick, slow, "--output", tmp_path / "out")
    assert again.returncode == 0, again.stderr
    record = last_run(tmp_path / "out")
    assert [report["status"] for report in record["reports"]] == ["unchanged", "rendered"]


@pytest.mark.slow
def test_exit_codes_notices_and_summaries(make_notebook, tmp_path):
    good, bad, out = make_notebook("good"), make_notebook("bad", "1 / 0"), tmp_path / "out"
    heard = tmp_path / "heard"
    first = jospar("render", good, bad, "--output", out, "--quiet", "--notify", f"cat > '{heard}'")
    assert first.returncode == 1
    assert first.stdout == ""
    assert first.stderr.strip().partition("] ")[2] == "bad  failed: ZeroDivisionError: division by zero"
    text, _, data = heard.read_text(encoding="utf-8").partition("\n\n")
    assert "1 rendered, 0 unchanged, 1 failed" in text
    assert "bad: ZeroDivisionError: division by zero (there is no earlier copy)" in text
    assert json.loads(data)["failures"][0]["name"] == "bad"
    assert json.loads((out / "latest" / "summary.json").read_text(encoding="utf-8")) == json.loads(data)
    assert (out / "latest" / "summary.txt").read_text(encoding="utf-8").strip() == text
    second = jospar("render", good, "--output", out, "--notify", "echo no mail here >&2; exit 7")
    assert second.returncode == 0
    assert "jospar: --notify: the command ended with 7: no mail here" in second.stderr
    third = jospar("render", good, "--output", out, "--if-changed", "--notify", "exit 7")
    assert (third.returncode, third.stderr) == (0, "")
    assert "nothing has changed since the run" in third.stdout
    listed = jospar("runs", "--output", out).stdout.splitlines()
    assert len(listed) == 2
    assert "1 unchanged" in listed[0]


@pytest.mark.slow
def test_a_night_tells_its_failures_prunes_and_is_silent_when_nothing_changed(make_notebook, tmp_path):
    good, out, heard = make_notebook("good"), tmp_path / "out", tmp_path / "heard"
    batch = good.with_name("batch.yml")
    batch.write_text("batches: {nightly: [{notebook: good.ipynb}]}\n", encoding="utf-8")
    night = ("schedule", "run", "--file", batch, "--output", out, "--keep", "1", "--notify", f"cat > '{heard}'")
    assert jospar(*night).returncode == 0
    assert "1 rendered" in heard.read_text(encoding="utf-8")
    heard.unlink()
    assert jospar(*night).returncode == 0
    assert not heard.exists()
    make_notebook("good", "1 / 0")
    failed = jospar(*night)
    assert failed.returncode == 1
    said = heard.read_text(encoding="utf-8")
    assert said.startswith("failed: good: ZeroDivisionError: division by zero (the index shows the copy of ")
    assert "1 failed" in said.splitlines()[-1]
    assert len(list(out.glob("*/run.json"))) == 2  # the newest, and `latest` by another name
    assert "This is the copy of" in (out / "latest" / "good.html").read_text(encoding="utf-8")
    assert "ZeroDivisionError" in (out / "index.html").read_text(encoding="utf-8").partition("<h1>")[0]
    assert "<li>failed: good" in (out / "latest" / "summary.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_folder_that_cannot_be_written_is_one_line(make_notebook, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    result = jospar("render", make_notebook("a"), "--output", tmp_path / "file" / "out")
    assert result.returncode == 2
    assert result.stderr.strip().endswith("name another folder with --output")
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(("kind", "starts"), [("text", "Jospar R:"), ("json", "{"), ("both", "Jospar R:")])
def test_a_notice_is_text_or_json_or_both(tmp_path, kind, starts):
    facts = dict.fromkeys(("started", "version", "commit", "data_read_on", "data_sha256", "asked"))
    facts |= {"run": "R", "seconds": 1.0, "reports": [{"status": "rendered"}]}
    assert summary.notify(f"cat > '{tmp_path}/heard'", facts, kind) == ""
    heard = (tmp_path / "heard").read_text(encoding="utf-8")
    assert heard.startswith(starts)
    assert ("\n\n{" in heard) == (kind == "both")


def test_a_notice_that_takes_too_long_is_ended_and_told_also_in_bytes_that_are_no_text(monkeypatch):
    monkeypatch.setattr(summary, "TIME_LIMIT", 0.2)
    facts = dict.fromkeys(("started", "version", "commit", "data_read_on", "data_sha256", "asked"))
    facts |= {"run": "R", "seconds": 1.0, "reports": []}
    assert "took longer than 0.2 s" in summary.notify("exec sleep 30", facts)
    monkeypatch.undo()
    said = summary.notify(r"printf '\377\376 no mail' >&2; exit 3", facts)
    assert said == "--notify: the command ended with 3: \ufffd\ufffd no mail"


def test_without_a_terminal_each_report_is_a_plain_line(capsys):
    with Progress(2) as progress:
        progress.watch("a", 1, 5)
        progress.tell({"name": "a", "status": "rendered", "seconds": 1.25})
        progress.tell({"name": "b", "status": "failed", "error": "ValueError: [no]", "seconds": 1.0})
    assert capsys.readouterr().err.splitlines() == ["[1/2] a  1.2 s", "[2/2] b  failed: ValueError: [no]"]
    assert progress.failed == 1


def test_quiet_says_faults_alone(capsys):
    with Progress(2, quiet=True) as progress:
        progress.tell({"name": "a", "status": "rendered", "seconds": 1.25})
        progress.tell({"name": "b", "status": "failed", "error": "no", "seconds": 1.0})
    assert capsys.readouterr().err.splitlines() == ["[2/2] b  failed: no"]


def test_in_a_terminal_the_bar_names_the_report_and_the_cell_under_way(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    with Progress(2) as progress:
        progress.watch("a", 3, 9)
        shown = {task.description.strip(): (task.completed, task.total) for task in progress.bar.tasks}
        assert shown == {"Rendering": (0, 2), "a, cell": (3, 9)}
        progress.tell({"name": "a", "status": "rendered", "seconds": 1.0})
        assert [task.description for task in progress.bar.tasks] == ["Rendering"]


def test_the_batch_of_regions_names_every_region_that_has_figures():
    jobs = batch.read_batch(batch="regions")
    areas = {job.parameters["area"] for job in jobs}
    known = statistics.areas()
    today = known[(known["kind"] == "region") & (known["to_year"] == "")]
    assert areas == set(today.index)
    assert len(jobs) == 60
    nightly = {job.name for job in batch.read_batch(batch="nightly")}
    assert nightly == {job.name for job in [*batch.read_batch(), *jobs]}


def test_the_command_of_the_workflow_is_one_that_exists():
    workflow = yaml.safe_load((files.ROOT / "schedule" / "github-workflow.yml").read_text(encoding="utf-8"))
    commands = [step["run"].split() for step in workflow["jobs"]["render"]["steps"] if "run" in step]
    words = next(command for command in commands if "render" in command)
    options = jospar("render", "--help").stdout
    assert all(word in options for word in words if word.startswith("--"))
    assert "nightly" in words
