"""The same jobs on a Dask cluster: two workers that have nothing but the package, and one of them is lost."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from importlib.util import find_spec

import pytest
from waiting import WAIT, until

from helpers import UserError, files, render as runs
from helpers.render import cluster as elsewhere, fingerprint
from helpers.render.batch import Job
from helpers.render.execution import Work

pytestmark = pytest.mark.skipif(find_spec("distributed") is None, reason="Dask is not installed here")


def test_an_address_where_nothing_answers_is_named(monkeypatch):
    monkeypatch.setattr(elsewhere, "ANSWER_LIMIT", 1)
    with (
        pytest.raises(UserError, match=r"--cluster tcp://127\.0\.0\.1:9: no Dask scheduler answers"),
        elsewhere.cluster("tcp://127.0.0.1:9"),
    ):
        pass
    with pytest.raises(UserError, match="no Dask scheduler answers"), elsewhere.cluster("nonsense://here"):
        pass


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UserError, match=r"pip install 'jospar\[cluster\]'"), elsewhere.cluster("tcp://127.0.0.1:9"):
        pass


def test_a_worker_with_another_package_refuses(tmp_path):
    work = Work("a", "a.ipynb", "{}", {}, "en", ("html",), 60, [], {})
    with pytest.raises(UserError, match="the worker has another Jospar"):
        elsewhere.render(work, elsewhere.packed(tmp_path), "other code")


def test_data_arrive_as_they_were_sent():
    data = elsewhere.packed(files.DATA)
    assert data == elsewhere.packed(files.DATA)
    assert fingerprint.folder_hash(elsewhere.unpacked(data)) == fingerprint.folder_hash(files.DATA)
    assert elsewhere.unpacked(data) == elsewhere.unpacked(data)


def test_l6_what_a_killed_refresh_left_is_not_sent(tmp_path):
    (tmp_path / "a.csv").write_text("a\n1\n")
    before = elsewhere.packed(tmp_path)
    (tmp_path / ".refresh-x" / "data").mkdir(parents=True)
    (tmp_path / ".refresh-x" / "data" / "b.csv").write_text("b\n")
    assert elsewhere.packed(tmp_path) == before


@contextlib.contextmanager
def started(*words, env, cwd):
    process = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli." + words[0], *words[1:]],
        env=env,
        cwd=cwd,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(WAIT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def kernels(folder):
    """The processes that work below a folder: workers' kernels and what they are forked from."""
    import psutil

    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if str(folder) in process.environ().get("JOSPAR_DATA", ""):
                found.append(process)
    return found


@pytest.fixture
def cluster(tmp_path):
    """A scheduler and two workers as processes of their own, without the repository's data; their address."""
    import psutil

    (tmp_path / "empty").mkdir()
    (tmp_path / "temporary").mkdir()
    env = os.environ | {"JOSPAR_DATA": str(tmp_path / "empty"), "TMPDIR": str(tmp_path / "temporary")}
    address = tmp_path / "scheduler.json"
    with contextlib.ExitStack() as stack:
        where = ("--scheduler-file", str(address))
        options = {"env": env, "cwd": tmp_path}
        stack.enter_context(
            started("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", *where, **options)
        )
        until(address.exists)
        worker = ("dask_worker", "--no-nanny", "--nthreads", "1", "--no-dashboard", *where)
        workers = [stack.enter_context(started(*worker, **options)) for _ in range(2)]
        yield json.loads(address.read_text())["address"], workers
    until(lambda: not [p for p in kernels(tmp_path) if p.status() != psutil.STATUS_ZOMBIE])


@pytest.mark.slow
@pytest.mark.hard
def test_every_report_arrives_though_a_worker_is_lost(cluster, make_notebook, tmp_path, monkeypatch):
    address, workers = cluster
    shutil.copytree(files.DATA, tmp_path / "data")
    (tmp_path / "data" / "mark.txt").write_text("sent along", encoding="utf-8")
    monkeypatch.setattr(files, "DATA", tmp_path / "data")
    notebook = make_notebook(
        "a", "import time\nfrom helpers import files", "time.sleep(0.5)", "print((files.DATA / 'mark.txt').read_text())"
    )
    jobs = [Job(notebook, {"rate": float(n)}) for n in range(6)]
    lost = []

    def lose_one(record):
        if not lost:
            lost.append(workers[0].pid)
            workers[0].kill()

    with elsewhere.cluster(address) as executor:
        executor._client.wait_for_workers(2, timeout=WAIT)
        found = runs.run(jobs, tmp_path / "out", tell=lose_one, executor=executor)
    assert lost
    assert [(report["status"], report.get("error")) for report in found["reports"]] == [("rendered", None)] * 6
    for job in jobs:
        page = (found["folder"] / f"{job.name}.html").read_text(encoding="utf-8")
        assert "sent along" in page
        assert str(tmp_path) not in page
