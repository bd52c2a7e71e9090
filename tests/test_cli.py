"""The command: one line and exit code 2 for what a user can mend."""

import os
import subprocess
import sys

import pandas as pd
import pytest
from command import JOSPAR, jospar

from helpers import ONE_THREAD


@pytest.mark.parametrize(
    "words",
    [
        ("render", "nowhere.ipynb"),
        ("render", "--batch", "nightmare"),
        ("render", "-p", "langage=en"),
        ("render", "-p", "until=soon"),
        ("render", "-p", "language=de"),
        ("plan", "read", "nowhere.txt"),
        ("forecast", "nowhere.csv", "--horizon", "3", "--output", "out.csv"),
    ],
)
def test_a_users_fault_is_one_line_and_exit_code_2(words, tmp_path):
    result = jospar(*words, cwd=tmp_path)
    assert result.returncode == 2, result.stderr
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_the_committed_data_pass_the_check_as_a_shell_starts_it():
    result = subprocess.run([JOSPAR, "data", "check"], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout


@pytest.mark.slow
def test_a_fault_in_the_data_is_a_line_and_exit_code_1(tmp_path):
    import shutil

    from helpers import files

    folder = tmp_path / "data"
    shutil.copytree(files.DATA, folder)
    with open(folder / "statistics" / "observations.csv", "a", encoding="utf-8") as file:
        file.write("unemployment,KAZ,2031,104.6,final,nobody,,\n")
    result = jospar("data", "check", folder)
    assert result.returncode == 1
    assert any("nobody" in line for line in result.stdout.splitlines())


def test_anyones_table_can_be_forecast(tmp_path):
    rows = [("a", year, 10 + 0.5 * (year - 2000)) for year in range(2000, 2020)]
    rows += [("b", year, 5.0) for year in range(2005, 2020)]
    pd.DataFrame(rows, columns=["series_id", "period", "value"]).to_csv(tmp_path / "in.csv", index=False)
    options = ("--horizon", 6, "--frequency", "annual", "--output", tmp_path / "out.csv")
    result = jospar("forecast", tmp_path / "in.csv", *options)
    assert result.returncode == 0, result.stderr
    out = pd.read_csv(tmp_path / "out.csv")
    assert list(out.columns) == [
        "series_id",
        "period",
        "horizon",
        "mean",
        "q025",
        "q10",
        "q25",
        "q50",
        "q75",
        "q90",
        "q975",
    ]
    assert list(out[out["series_id"] == "a"]["period"]) == list(range(2020, 2026))
    assert (out["q025"] <= out["q50"]).all()


def test_a_plan_is_read_into_tables(tmp_path):
    from helpers import files

    result = jospar("plan", "read", files.PLAN / "source" / "development_plan_2023_2027_kk.txt", "--output", tmp_path)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "targets.csv").read_bytes() == (files.PLAN / "targets.csv").read_bytes()


def test_help_imports_nothing_heavy():
    code = "import sys, helpers.cli; print([m for m in ('pandas', 'numpy', 'papermill') if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


@pytest.mark.parametrize(("asked", "threads"), [({}, "1"), ({"OPENBLAS_NUM_THREADS": "3"}, "3")])
def test_processes_side_by_side_have_one_thread_each_unless_asked_otherwise(asked, threads):
    code = "import os, helpers.cli as cli\ntry: cli.main()\nfinally: print(os.environ['OPENBLAS_NUM_THREADS'])"
    plain = {name: value for name, value in os.environ.items() if name not in ONE_THREAD}
    words = [sys.executable, "-c", code, "--help"]
    result = subprocess.run(words, env=plain | asked, capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == threads


def test_the_past_of_anyones_table_can_be_forecast(tmp_path):
    rows = [("a", year, 10 + (year % 3) + 0.5 * (year - 2000)) for year in range(2000, 2020)]
    pd.DataFrame(rows, columns=["series_id", "period", "value"]).to_csv(tmp_path / "in.csv", index=False)
    options = ("--horizon", 2, "--origins", 2, "--jobs", 1, "--output", tmp_path / "out.csv")
    result = jospar("backtest", tmp_path / "in.csv", *options)
    assert result.returncode == 0, result.stderr
    assert len(pd.read_csv(tmp_path / "out.csv")) == 2 * 2 * 2
    assert "ensemble" in result.stdout
