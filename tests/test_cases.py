"""Cases of the findings that no other file names, each with its own test; the file's text stands here, or its place.

| case | test |
| --- | --- |
| batch_grid10k.yml | test_a_grid_of_days_and_languages_is_read_whole |
| loops.yml | test_a_batch_of_the_findings[loops] stops by two Ctrl-C |
| loops8.yml | test_a_batch_of_the_findings[loops8]: two cells without end, a third report |
| print2.yml | test_a_batch_of_the_findings[print2]: two that print 500 MB side by side |
| zyg.yml, slow5b.ipynb, plain2.ipynb | test_a_batch_of_the_findings[zyg]: the forking process is killed |
| setpub.py | test_a_publishers_address_is_the_tables |
| fork_after_warm.py | test_papermill_renders_in_forked_workers; a program without papermill: test_warm_kernel.py |
"""

import concurrent.futures
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from itertools import product
from pathlib import Path

import pandas as pd
import psutil
import pytest
from test_refresh import KNOWN, TODAY, world  # noqa: F401, the fixture
from test_refresh_transport import asked, send, server  # noqa: F401, the fixtures

from helpers import render
from helpers.render import batch

EXECUTED = Path(__file__).parent / "fixtures" / "faults" / "executed"


def test_a_grid_of_days_and_languages_is_read_whole(tmp_path):
    days = [f"{day:%Y-%m-%d}" for day in pd.date_range("2000-01-01", periods=300)]
    entry = f"language: [en, kk, ru], as_of: [{', '.join(days)}]"
    path = tmp_path / "batch.yml"
    path.write_text(f"batches: {{default: [{{notebook: a.ipynb, parameters: {{{entry}}}}}]}}", encoding="utf-8")
    jobs = batch.read_batch(path)
    asked_for = {(job.parameters["language"], str(job.parameters["as_of"])) for job in jobs}
    assert asked_for == set(product(("en", "kk", "ru"), days))
    assert len({job.name for job in jobs}) == 900


BATCHES = {
    "loops8": (["loop:4", "loop_noint:4", "plain"], {"loop": "after 4 seconds", "loop_noint": "after 4 seconds"}),
    "print2": (
        ["print_500mb", "print_500mb_b", "plain", "slow5"],
        {"print_500mb": "show more than 100 MB", "print_500mb_b": "show more than 100 MB"},
    ),
    "zyg": (
        ["slow5", "kill_parent", "slow5b", "plain", "plain2"],
        {},
    ),  # what was lost with the forking process is rendered anew
}


def written(names: list[str], make_notebook, folder: Path) -> Path:
    """A batch file of the findings' notebooks; `loop:4` has a limit of 4 seconds."""
    made = {
        "slow5": "import time\ntime.sleep(5)\nprint('fine')",
        "slow5b": "import time\ntime.sleep(5)\nprint('fine b')",
    }
    made |= {"plain2": "print('two')", "print_500mb_b": "print('x' * 500_000_000)"}
    entries = []
    for name, _, limit in (one.partition(":") for one in names):
        path = make_notebook(name, made[name]) if name in made else EXECUTED / f"{name}.ipynb"
        entries.append({"notebook": str(path)} | ({"time_limit": int(limit)} if limit else {}))
    (folder / "cases.yml").write_text(json.dumps({"batches": {"z": entries}}), encoding="utf-8")
    return folder / "cases.yml"


@pytest.mark.hard
@pytest.mark.parametrize("name", BATCHES)
def test_a_batch_of_the_findings_fails_in_what_is_broken_alone(name, make_notebook, tmp_path):
    names, faults = BATCHES[name]
    jobs = batch.read_batch(written(names, make_notebook, tmp_path), "z")
    reports = {report["name"]: report for report in render.run(jobs, tmp_path / "outputs", 2)["reports"]}
    assert {name for name, report in reports.items() if report["status"] == "failed"} == set(faults)
    for report, words in faults.items():
        assert words in reports[report]["error"]
    assert len(reports) == len(names)


@pytest.mark.hard
def test_loops_end_within_seconds_of_two_interruptions_and_leave_no_process(make_notebook, tmp_path):
    path = written(["loop:30", "loop_noint:30", "plain"], make_notebook, tmp_path)
    words = [
        sys.executable,
        "-m",
        "helpers.cli",
        "render",
        "--batch",
        "z",
        "--file",
        path,
        "--output",
        tmp_path / "out",
    ]
    mark = str(tmp_path)
    process = subprocess.Popen(words, env=os.environ | {"TEST_MARK": mark}, stderr=subprocess.PIPE, text=True)
    time.sleep(12)
    for _ in range(2):
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
    _, said = process.communicate(timeout=15)
    assert process.returncode == 130
    assert "Traceback" not in said
    assert "Task was destroyed" not in said
    time.sleep(5)
    left = []
    for one in psutil.process_iter():
        try:
            left += [one.cmdline()] if one.environ().get("TEST_MARK") == mark else []
        except psutil.Error:
            continue
    assert left == []


def test_a_publishers_address_is_the_tables(asked, server, world):  # noqa: F811
    path = world / "statistics" / "publishers.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table.loc[table["source"] == "open_sdg", ["address", "hosts"]] = [
        f"http://127.0.0.1:{server.server_port}/elsewhere", "127.0.0.1",
    ]  # fmt: skip
    table.to_csv(path, index=False)
    server.answers = [send(KNOWN.encode())]
    asked(today=TODAY)
    assert server.seen
    assert all(path.startswith("/elsewhere") for _, path, *_ in server.seen)
    table.loc[table["source"] == "open_sdg", "hosts"] = "elsewhere.example"
    table.to_csv(path, index=False)
    server.seen.clear()
    assert "127.0.0.1" in str(asked(today=TODAY).faults)
    assert not server.seen


def by_papermill(folder: str) -> str:
    """What a notebook printed that papermill runs with our engine."""
    import nbformat
    import papermill

    place = Path(folder)
    cell = nbformat.v4.new_code_cell("print(1)")
    kernel = {"name": "python3", "display_name": "p", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel}), place / "in.ipynb")
    options = {"engine_name": "jospar-warm", "progress_bar": False}
    done = papermill.execute_notebook(place / "in.ipynb", place / "out.ipynb", **options)
    return done.cells[-1].outputs[0].text


@pytest.mark.hard
def test_papermill_renders_in_forked_workers_after_a_render_of_its_own(tmp_path):
    folders = [tmp_path / str(n) for n in range(3)]
    for folder in folders:
        folder.mkdir()
    assert by_papermill(str(folders[0])) == "1\n"
    with concurrent.futures.ProcessPoolExecutor(2, multiprocessing.get_context("fork")) as pool:
        assert list(pool.map(by_papermill, map(str, folders[1:]), timeout=60)) == ["1\n"] * 2
