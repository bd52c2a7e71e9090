"""The command does the right thing whoever starts it: deaf to Ctrl-C, homeless, without streams, in any locale."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from waiting import WAIT, until

from helpers.cli import environment

JOSPAR = Path(sys.executable).with_name("jospar")
HARD = pytest.mark.hard
CLOSED = [pytest.param("<&- >&- 2>&-", id="all"), *(pytest.param(one, marks=HARD) for one in ("<&-", ">&-", "<&- >&-"))]
SURROUNDINGS = [{"HOME": "/nonexistent", "LC_ALL": "POSIX"}]
SURROUNDINGS += [pytest.param({name: value}, marks=HARD) for name, value in SURROUNDINGS[0].items()]


def reports(out):
    return json.loads((out / "latest" / "run.json").read_text(encoding="utf-8"))["reports"]


@pytest.mark.slow
@pytest.mark.parametrize("streams", CLOSED)
def test_closed_streams_change_nothing(make_notebook, tmp_path, monkeypatch, streams):
    monkeypatch.setenv("JOSPAR_PRELOAD", "json")  # the notebook needs no library
    notebook, out = make_notebook("a", "import os; os.system('echo said'); print('Жұмыссыздық')"), tmp_path / "out"
    words = [JOSPAR, "render", notebook, "--output", out, "--quiet"]
    shell = ["sh", "-c", f'exec "$@" {streams}', "sh", *map(str, words)]
    assert subprocess.run(shell, check=False).returncode == 0
    (report,) = reports(out)
    assert report["status"] == "rendered"
    assert "Жұмыссыздық" in (out / "latest" / "a.html").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("surroundings", SURROUNDINGS, ids="-".join)
def test_a_run_without_a_home_or_a_locale_is_like_any_other(make_notebook, tmp_path, surroundings):
    notebook = make_notebook("a", "import matplotlib.pyplot as plt\nplt.figure()\nprint('Жұмыссыздық')")
    (tmp_path / "temporary").mkdir()
    env = os.environ | {"TMPDIR": str(tmp_path / "temporary")} | surroundings
    words = [JOSPAR, "render", notebook, "--output", tmp_path / "out"]
    result = subprocess.run(words, env=env, capture_output=True, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stderr.decode().startswith("[1/1] a  ")
    assert len(result.stderr.splitlines()) == 1, result.stderr
    assert "Жұмыссыздық" in (tmp_path / "out" / "latest" / "a.html").read_text(encoding="utf-8")
    assert not list((tmp_path / "temporary").iterdir())


def test_a_user_without_an_entry_gets_a_home_that_goes_at_the_end(monkeypatch):
    def nowhere():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(environment.Path, "home", nowhere)
    monkeypatch.setenv("HOME", "")
    with environment.writable_home():
        home = Path(os.environ["HOME"])
        assert home.is_dir()
    assert not home.exists()


def test_an_error_passes_through_a_home_that_is_there(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(RuntimeError, match="of the command"), environment.writable_home():
        raise RuntimeError("of the command")
    assert os.environ["HOME"] == str(tmp_path)


@pytest.mark.slow
def test_a_run_in_the_background_is_deaf_to_ctrl_c_and_ends_by_sigterm(make_notebook, tmp_path, monkeypatch):
    monkeypatch.setenv("JOSPAR_PRELOAD", "json")  # the notebook needs no library
    flag = tmp_path / "waits"
    notebook = make_notebook("a", f"import pathlib, time\npathlib.Path({str(flag)!r}).touch()\ntime.sleep(600)")
    deaf = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nfrom helpers.cli import main; main()"
    words = [sys.executable, "-c", deaf, "render", str(notebook), "--output", str(tmp_path / "out")]
    process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
    try:
        until(flag.exists)
        process.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1)
        process.send_signal(signal.SIGTERM)
        _, words = process.communicate(timeout=WAIT)
    finally:
        process.kill()
    assert process.returncode == 130
    assert words.strip().splitlines()[-1] == "jospar: interrupted; the next run takes over what is finished"
