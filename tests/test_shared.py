"""Results that kernels share: the same for the same inputs, never a stale one."""

import os
import subprocess
import sys

import pytest

from helpers import files, shared

ASK = """
from helpers import shared
calls = []
@shared.shared(lambda *args: args)
def double(value):
    calls.append(value)
    return 2 * value
print(double({value}), len(calls))
"""


def ask(folder, value, data=files.DATA, package=None):
    """What a process of its own gets, and how often it had to compute."""
    environment = {**os.environ, shared.VARIABLE: str(folder), "JOSPAR_DATA": str(data)}
    environment |= {"PYTHONPATH": str(package)} if package else {}
    call = [sys.executable, "-c", ASK.format(value=value)]
    return subprocess.run(call, env=environment, capture_output=True, text=True, check=True).stdout.split()


@pytest.fixture
def data(tmp_path):
    """A data folder with one table."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "table.csv").write_text("year,value\n2024,1\n", encoding="utf-8")
    return tmp_path / "data"


def test_a_result_is_computed_once_and_another_argument_anew(tmp_path, data):
    cache = tmp_path / "cache"
    assert [ask(cache, value, data) for value in (3, 3, 4)] == [["6", "1"], ["6", "0"], ["8", "1"]]


def test_an_edited_figure_makes_a_result_anew_even_in_a_file_of_the_same_size_and_time(tmp_path, data):
    cache, table = tmp_path / "cache", data / "table.csv"
    ask(cache, 3, data)
    before = table.stat()
    table.write_text("year,value\n2024,2\n", encoding="utf-8")
    os.utime(table, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert ask(cache, 3, data) == ["6", "1"]


def test_edited_code_makes_a_result_anew(tmp_path, data):
    cache, package = tmp_path / "cache", tmp_path / "src" / "helpers"
    package.mkdir(parents=True)
    for name in ("__init__.py", "files.py", "shared.py"):
        (package / name).write_bytes((files.PACKAGE / name).read_bytes())
    assert [ask(cache, 3, data, package.parent)[1] for _ in range(2)] == ["1", "0"]
    (package / "other.py").write_text("# a remark\n", encoding="utf-8")
    assert ask(cache, 3, data, package.parent)[1] == "1"


def test_another_version_of_a_library_makes_another_state(monkeypatch):
    before = shared.state()
    monkeypatch.setattr(shared, "version", lambda library: "0.0")
    assert shared.state() != before


def test_a_damaged_result_is_computed_anew_and_replaced(tmp_path, data):
    cache = tmp_path / "cache"
    ask(cache, 3, data)
    (kept,) = cache.iterdir()
    kept.write_bytes(kept.read_bytes()[:-1])
    assert [ask(cache, 3, data) for _ in range(2)] == [["6", "1"], ["6", "0"]]


def test_nothing_is_kept_where_a_file_changed_since_the_process_began(tmp_path, monkeypatch):
    monkeypatch.setenv(shared.VARIABLE, str(tmp_path))
    monkeypatch.setattr(shared, "BEGAN", ([("elsewhere", (1, 1, 1))], "state"))
    assert shared.shared(lambda value: value)(lambda value: value)(3) == 3
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_kept_where_a_table_came_or_an_own_folder_since_the_process_began(tmp_path, data, monkeypatch):
    cache, own = tmp_path / "cache", tmp_path / "own"
    monkeypatch.setenv(shared.VARIABLE, str(cache))
    monkeypatch.setattr(files, "DATA", data)
    monkeypatch.setattr(files, "own_folder", lambda: own)
    double = shared.shared(lambda value: value)(lambda value: 2 * value)
    for change in (own.mkdir, (data / "new.csv").touch, (data / "table.csv").unlink):
        monkeypatch.setattr(shared, "BEGAN", (shared.stamps(), "state"))
        change()
        assert double(3) == 6
        assert not cache.exists()
    monkeypatch.setattr(shared, "BEGAN", (shared.stamps(), "state"))
    assert (double(3), len(list(cache.iterdir()))) == (6, 1)


@pytest.mark.parametrize("stated", ["none", ""])
def test_sharing_can_be_switched_off(tmp_path, data, stated):
    assert [ask(stated, 3, data) for _ in range(2)] == [["6", "1"], ["6", "1"]]


def test_the_oldest_results_go_when_there_are_too_many(tmp_path):
    for n in range(4):
        (tmp_path / f"{n}.pickle").write_bytes(bytes(10))
        os.utime(tmp_path / f"{n}.pickle", (n, n))
    shared.trim(tmp_path, 25)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2.pickle", "3.pickle"]


@pytest.mark.slow
def test_shared_outlooks_are_those_that_are_computed(tmp_path, monkeypatch):
    from helpers import targets

    monkeypatch.setenv(shared.VARIABLE, str(tmp_path))
    monkeypatch.setattr(shared, "BEGAN", (shared.stamps(), "state"))
    first, second = targets.outlooks(4), targets.outlooks(4)
    monkeypatch.setenv(shared.VARIABLE, "none")
    alone = targets.outlooks(4)
    assert repr(first) == repr(second) == repr(alone)
    for one, other in zip(second.values(), alone.values(), strict=True):
        assert one.card().equals(other.card())
        assert (one.expected is None) == (other.expected is None)
        assert one.expected is None or (one.expected.draws == other.expected.draws).all()
