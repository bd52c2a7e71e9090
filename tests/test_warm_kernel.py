"""A forked kernel shows what a cold one does, shares nothing with another notebook, and leaves nothing behind."""

import asyncio
import concurrent.futures
import contextlib
import multiprocessing
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import papermill
import psutil
import pytest
from jupyter_client import KernelManager
from jupyter_client.provisioning import KernelProvisionerFactory
from jupyter_core.utils import ensure_event_loop
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook

from helpers import ONE_THREAD
from helpers.render import kernels
from helpers.render.kernels import engine
from helpers.render.kernels.kernel import short_folder, sweep

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")
SPEC = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
REPORT = [
    "import pandas as pd\nimport statsmodels.api as sm\nimport matplotlib.pyplot as plt",
    "history = pd.Series(range(40), pd.period_range('2015Q1', periods=40, freq='Q')) ** 1.5\nhistory.tail()",
    "fig, ax = plt.subplots(figsize=(5, 2))\nhistory.plot(ax=ax, label='history')\nax.legend();",
    "fig, ax = plt.subplots()\nax.bar(['a', 'b'], [1, 2])\nax.set_title(r'$x^2$')\nplt.show()",
    "import os, sys, signal, __main__, tempfile\n"
    "print(os.getcwd(), tempfile.gettempdir(), os.environ.get('WARM_TEST'), sys.argv[0], sys.path, sys.flags)\n"
    "print(__main__.__name__, sys.warnoptions, os.getsid(0) == os.getpid(), os.nice(0), os.umask(0o22))\n"
    "print(signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGCHLD), signal.getsignal(signal.SIGTERM))",
    "1 / 0",
]


def notebook(*cells):
    return new_notebook(cells=[new_code_cell(cell) for cell in cells], metadata=SPEC)


def render(*cells, engine="jospar-warm", output=None, **options):
    os.environ.pop("PYTEST_CURRENT_TEST", None)  # ipykernel captures no file descriptors when it sees this
    return papermill.execute_notebook(notebook(*cells), output, engine_name=engine, progress_bar=False, **options)


def text(book, cell=-1):
    return "".join(output.text for output in book.cells[cell].outputs if output.output_type == "stream")


def ended(pid):
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    return True


def gone(pids, within=5.0):
    """Whether all the processes end in time."""
    end = time.monotonic() + within
    while not all(map(ended, pids)) and time.monotonic() < end:
        time.sleep(0.02)
    return all(map(ended, pids))


def numbers(folder, count):
    """The numbers of processes that notebooks wrote into as many files, once they are there."""
    end = time.monotonic() + 60
    while len(pids := [int(word) for path in folder.glob("[0-9]*") for word in path.read_text().split()]) < count:
        assert time.monotonic() < end, "the notebooks did not start"
        time.sleep(0.05)
    return pids


@pytest.fixture
def small(monkeypatch):
    """Kernels are forked from a process that is loaded quickly; none before the test, none after."""
    kernels.close_all()
    monkeypatch.setenv("JOSPAR_PRELOAD", "json")
    kernels.prepare()
    yield
    kernels.close_all()
    assert gone(list(servers()))


def servers():
    """The forking processes below this one."""
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # what has ended has no command
            if "forkserver" in str(child.cmdline()):
                yield child.pid


@pytest.mark.slow
def test_a_notebook_shows_what_a_cold_kernel_shows(tmp_path, monkeypatch):
    for name, value in {**ONE_THREAD, "WARM_TEST": "42", "PYTHONHASHSEED": "1"}.items():
        monkeypatch.setenv(name, value)
    kernels.close_all()
    kernels.prepare()
    report, seen = {}, []
    for name, options in ((None, {}), ("jospar-warm", {"report": report})):
        path = tmp_path / f"{name}.ipynb"
        with pytest.raises(papermill.PapermillExecutionError, match="division by zero"):
            render(*REPORT, engine=name, output=path, parameters={"horizon": 6}, cwd=tmp_path, **options)
        book = nbformat.read(path, 4)
        # Whether modules are compiled to files is said by whoever started the tests.
        own = r"ipykernel_\d+|dont_write_bytecode=\d"
        seen.append([(cell.source, re.sub(own, "", str(cell.get("outputs")))) for cell in book.cells])
        seen[-1].append((book.metadata.kernelspec, book.metadata.language_info))
    kernels.close_all()
    assert (report["kernel"], "reason" in report) == ("warm", False)
    assert seen[0] == seen[1]
    assert sum("image/png" in outputs for _, outputs in seen[1][:-1]) == 2


@pytest.mark.slow
def test_nothing_passes_from_one_notebook_to_the_next(tmp_path, small):
    render(
        "import os, builtins, sys, random, json, numpy as np\nos.environ['LEAK'] = '1'\nbuiltins.leak = json.leak = 1\n"
        f"sys.path.append('leak')\nos.chdir({str(tmp_path)!r})\nrandom.seed(1)\nnp.random.seed(1)"
    )
    code = (
        "import os, sys, json, random, uuid, numpy as np\nprint(os.environ.get('LEAK'), 'leak' in dir(__builtins__), "
    )
    code += "hasattr(json, 'leak'), 'leak' in sys.path, os.getcwd(), random.random(), np.random.rand(), uuid.uuid4())"
    first, second = (text(render(code)).split() for _ in range(2))
    assert first[:5] == second[:5] == ["None", "False", "False", "False", os.getcwd()]
    assert all(one != other for one, other in zip(first[5:], second[5:], strict=True))


@pytest.mark.slow
def test_threads_share_one_forking_process_which_ends_with_a_word(small):
    def job(number):
        report = {}
        return text(render(f"import os; print({number}, os.getppid())", report=report)).split(), report["kernel"]

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        jobs = list(pool.map(job, range(4)))
    parents = {int(words[1]) for words, _ in jobs}
    assert [(words[0], kernel) for words, kernel in jobs] == [(str(number), "warm") for number in range(4)]
    assert len(parents) == 1
    assert os.getpid() not in parents
    kernels.close_all()
    assert gone(parents)


@pytest.mark.slow
def test_an_edit_of_a_library_is_seen_by_the_next_notebook(tmp_path, monkeypatch):
    kernels.close_all()
    monkeypatch.setenv("JOSPAR_PRELOAD", "some_library helpers.files")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    used = []
    for value in (1, 22, 22):
        (tmp_path / "some_library.py").write_text(f"VALUE = {value}") if used != ["warm", "cold"] else None
        if not used:
            kernels.prepare()
        report = {}
        assert text(render("import some_library; print(some_library.VALUE)", report=report)) == f"{value}\n"
        used.append(report["kernel"])
    kernels.close_all()
    assert used == ["warm", "cold", "warm"]


@pytest.mark.slow
def test_an_edit_of_this_package_is_seen_by_the_next_notebook_without_loading_the_libraries_again(tmp_path):
    package = tmp_path / "helpers"
    source = Path(kernels.__file__).parents[2]
    shutil.copytree(source, package, ignore=shutil.ignore_patterns("__pycache__"))
    code = f"""
import papermill, pathlib
from nbformat.v4 import new_code_cell, new_notebook
from helpers.render import kernels
kernels.prepare()
for line in ("VALUE = 1", "VALUE = 22"):
    path = pathlib.Path({str(package / "files.py")!r})
    kernel = dict()
    path.write_text(path.read_text() + line + chr(10)) if line == "VALUE = 22" else None
    cell = "from helpers import files; print(getattr(files, 'VALUE', files.__file__))"
    book = new_notebook(cells=[new_code_cell(cell)], metadata={SPEC!r})
    done = papermill.execute_notebook(book, None, engine_name="jospar-warm", progress_bar=False, report=kernel)
    print(done.cells[0].outputs[0].text.strip(), kernel["kernel"])
"""
    env = os.environ | {"PYTHONPATH": str(tmp_path), "JOSPAR_PRELOAD": "helpers.files"}
    lines = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env).stdout.splitlines()
    assert lines == [f"{package / 'files.py'} warm", "22 warm"]


@pytest.mark.slow
def test_a_kernel_starts_cold_where_a_fork_is_no_gain_or_not_safe(tmp_path, monkeypatch, small):
    def reason(**options):
        report = {}
        assert text(render("print('done')", report=report, **options)) == "done\n"
        return report.get("reason", "none")

    (tmp_path / "matplotlibrc").write_text("lines.linewidth: 7")
    assert reason(cwd=tmp_path) == "matplotlibrc in the working directory"
    kernels.close_all()
    assert reason() == "the first kernel of this process"
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "threads.py").write_text(
        "import threading, time; threading.Thread(target=time.sleep, args=[99], daemon=True).start()"
    )
    monkeypatch.setenv("JOSPAR_PRELOAD", "threads")
    kernels.prepare()
    assert reason() == "the libraries can't be loaded, or not be shared"


@pytest.mark.slow
def test_a_dead_kernel_and_one_over_its_time_limit_are_errors_and_what_they_did_is_saved(tmp_path, small):
    path = tmp_path / "out.ipynb"
    with pytest.raises(DeadKernelError):
        render("print('before')", "import os; os._exit(3)", output=path)
    assert nbformat.read(path, 4).cells[0].outputs[0].text == "before\n"
    code = f"import os, signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nopen({str(tmp_path)!r} + "
    code += "f'/{os.getpid()}', 'w').write(str(os.getpid()))\nwhile True: time.sleep(1)"
    with pytest.raises(CellTimeoutError):
        render(code, execution_timeout=1)
    assert gone(numbers(tmp_path, 1))
    assert not asyncio.all_tasks(ensure_event_loop())  # Python would complain of each on standard error


@pytest.mark.slow
def test_a_notebook_that_shows_too_much_fails_in_one_line_and_its_neighbour_does_not(monkeypatch, small):
    monkeypatch.setattr(engine, "OUTPUT_LIMIT", 3_000_000)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        flood = pool.submit(render, "for number in range(50): print('x' * 1_000_000)\nwhile True: pass")
        assert text(render("print('y' * 2_000_000)")) == "y" * 2_000_000 + "\n"
        with pytest.raises(engine.OutputLimitError, match=r"^the cells show more than 3 MB; show less$"):
            flood.result(30)


@pytest.mark.slow
def test_what_killed_processes_left_goes_with_a_later_run(tmp_path):
    for name, age in (
        (f"jospar-{2**22 + 1}-old", 2e5),
        (f"jospar-{2**22 + 1}-new", 0),
        (f"jospar-{os.getpid()}-old", 2e5),
    ):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    sweep(str(tmp_path))
    assert {path.name for path in tmp_path.iterdir()} == {f"jospar-{2**22 + 1}-new", f"jospar-{os.getpid()}-old"}


@pytest.mark.slow
def test_kernels_outlive_the_process_that_forked_them_and_the_next_has_another(tmp_path, small):
    code = f"import os, signal, time\nopen(f'{tmp_path}/{{os.getpid()}}', 'w').write(str(os.getppid()))\n"
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        neighbour = pool.submit(render, code + "time.sleep(2); print('done')")
        (parent,) = numbers(tmp_path, 1)
        assert text(render(f"import os; os.kill({parent}, 9); print('killed')")) == "killed\n"
        assert text(neighbour.result(30)) == "done\n"
    assert gone([parent])
    assert text(render("print('next')")) == "next\n"


OWNER = """
import asyncio
import concurrent.futures, signal
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup, which may have started the tests, asks to ignore it
import papermill
from helpers.render import kernels
from nbformat.v4 import new_code_cell, new_notebook
code = '''import os, subprocess
child = subprocess.Popen(["sleep", "99"], start_new_session=True)
open({folder!r} + "/%d" % os.getpid(), "w").write("%d %d %d" % (os.getpid(), os.getppid(), child.pid))
while True: pass'''
def job(number):
    book = new_notebook(cells=[new_code_cell(code)], metadata={spec!r})
    papermill.execute_notebook(book, None, engine_name="jospar-warm", progress_bar=False)
kernels.prepare()
with concurrent.futures.ThreadPoolExecutor(2) as pool: list(pool.map(job, range(2)))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "number", [signal.SIGTERM, signal.SIGKILL, pytest.param(signal.SIGHUP, marks=pytest.mark.hard)]
)
def test_no_process_and_no_file_outlives_a_killed_owner(number, tmp_path, monkeypatch):
    (tmp_path / "tmp").mkdir()
    (tmp_path / "pids").mkdir()
    env = os.environ | {"TMPDIR": str(tmp_path / "tmp"), "JOSPAR_PRELOAD": "json"}
    owner = subprocess.Popen([sys.executable, "-c", OWNER.format(folder=str(tmp_path / "pids"), spec=SPEC)], env=env)
    try:
        started = numbers(tmp_path / "pids", 6)
    finally:
        owner.send_signal(number)
        ended_by = subprocess_end(owner)
    assert ended_by == -number
    assert gone(started)
    assert [*(tmp_path / "tmp").rglob("*"), *Path(short_folder()).glob(f"jospar-{owner.pid}-*")] == []


def test_an_owner_killed_while_the_libraries_load_leaves_no_folder():
    code = "import os; from helpers.render import kernels; kernels.prepare(); os.kill(os.getpid(), 9)"
    with tempfile.TemporaryDirectory() as folder:  # short enough for sockets
        env = os.environ | {"TMPDIR": folder, "JOSPAR_PRELOAD": "json"}
        assert subprocess.run([sys.executable, "-c", code], env=env).returncode == -signal.SIGKILL
        end = time.monotonic() + 20
        while os.listdir(folder) and time.monotonic() < end:
            time.sleep(0.05)
        assert os.listdir(folder) == []


def subprocess_end(process):
    """The exit code of a process, which is killed if it does not end."""
    try:
        return process.wait(10)
    finally:
        process.kill()


def render_one(_):
    return text(render("print(1)"))


@pytest.mark.slow
def test_workers_that_a_program_forks_after_a_warm_kernel_render_too(small):
    assert render_one(0) == "1\n"
    with concurrent.futures.ProcessPoolExecutor(2, multiprocessing.get_context("fork")) as pool:
        assert list(pool.map(render_one, range(4), timeout=60)) == ["1\n"] * 4
    kernels.close_all()
    kernels.prepare()  # nothing of this process went with the workers
    report = {}
    assert text(render("print(2)", report=report)) == "2\n"
    assert (report["kernel"], "reason" in report) == ("warm", False)


@pytest.mark.slow
def test_papermills_autosave_is_kept(tmp_path, small):
    path = tmp_path / "out.ipynb"
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        code = "import time\nfor number in range(40): print(number, flush=True); time.sleep(0.1)"
        running = pool.submit(render, code, output=path, autosave_cell_every=1)
        end = time.monotonic() + 30
        while not (path.exists() and '"1\\n"' in path.read_text()) and time.monotonic() < end:
            time.sleep(0.1)
        assert not running.done()
        running.result(30)


@pytest.mark.slow
def test_a_kernel_of_the_provisioner_is_interrupted_and_restarted_as_jupyterlab_does(monkeypatch, small):
    monkeypatch.setenv("JUPYTER_DEFAULT_PROVISIONER_NAME", "jospar-warm")
    KernelProvisionerFactory.clear_instance()  # it keeps the default from its first use
    manager = KernelManager()
    manager.start_kernel()
    try:
        client = manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=30)
        assert manager.provisioner.used == {"kernel": "warm"}
        first, asked = manager.provisioner.pid, client.execute("while True: pass")
        time.sleep(0.3)
        manager.interrupt_kernel()
        reply = client.get_shell_msg(timeout=10)
        assert (reply["parent_header"]["msg_id"], reply["content"]["ename"]) == (asked, "KeyboardInterrupt")
        manager.restart_kernel(now=True)
        client.wait_for_ready(timeout=30)
        second = manager.provisioner.pid
    finally:
        client.stop_channels()
        manager.shutdown_kernel()
        KernelProvisionerFactory.clear_instance()
    assert first != second
    assert gone([first, second])


@pytest.mark.slow
@pytest.mark.parametrize(
    "first",
    [
        "helpers.render.kernels.engine",
        pytest.param("helpers.render.kernels.provisioner", marks=pytest.mark.hard),
        pytest.param("papermill", marks=pytest.mark.hard),
    ],
)
def test_the_modules_may_be_imported_in_any_order(first):
    code = f"import {first}, papermill.engines; papermill.engines.papermill_engines.get_engine('jospar-warm')"
    subprocess.run([sys.executable, "-c", code], check=True)
