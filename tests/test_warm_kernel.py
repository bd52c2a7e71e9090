"""A warm kernel shares with a cold one all that a notebook can show, and nothing with another notebook."""

import concurrent.futures
import os
import re
import signal
import subprocess
import sys
import sysconfig
import time
from pathlib import Path
from types import SimpleNamespace

import nbformat
import papermill
import psutil
import pytest
from jupyter_client import KernelManager
from jupyter_client.provisioning import KernelProvisionerFactory
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook

from helpers import ONE_THREAD
from helpers.render import kernels as warm_kernel
from helpers.render.kernels import zygote_client

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")
SPEC = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
BIN = Path(sys.executable).parent
SHELF = (
    "import pickle, sys\nfrom statsmodels.tools.sm_exceptions import ConvergenceWarning\n"
    "warnings.warn('shown in spite of the filter above', ConvergenceWarning)\n"
    "print(sm is sys.modules['statsmodels.api'], pickle.loads(pickle.dumps(sm.OLS)) is sm.OLS, sm.__spec__.name)\n"
    "print(sorted({'numpy', 'pandas', 'scipy', 'matplotlib', 'great_tables', 'babel', 'helpers'} & set(sys.modules)))"
)
REPORT = [
    "import sys; print(sorted({'numpy', 'pandas', 'scipy', 'statsmodels', 'matplotlib'} & set(sys.modules)))",
    "import warnings; warnings.filterwarnings('ignore')\nimport pandas as pd\nimport statsmodels.api as sm",
    "import matplotlib.pyplot as plt\n"
    "history = pd.Series(range(40), pd.period_range('2015Q1', periods=40, freq='Q')) ** 1.5",
    "model = sm.tsa.ARIMA(history, order=(1, 1, 1)).fit()\nfuture = model.forecast(8)\nfuture.to_frame().round(3)",
    "fig, ax = plt.subplots(figsize=(5, 2))\nhistory.plot(ax=ax, label='history')\nfuture.plot(ax=ax)\nax.legend();",
    "fig, ax = plt.subplots()\nax.bar(['a', 'b'], [1, 2])\nax.set_title(r'$x^2$')\nplt.show()",
    "import babel.numbers\nbabel.numbers.format_decimal(12345.6, locale='kk')",
    "for entry in warnings.filters: print(entry)",
    SHELF,
]
IDENTITY = (
    "import os, sys, signal, __main__, tempfile\n"
    "print(os.getcwd(), tempfile.gettempdir(), os.environ.get('WARM_TEST'), sys.argv[0], sys.path, sys.flags)\n"
    "print(__main__.__name__, sys.warnoptions, sys.orig_argv[:3], os.getsid(0) == os.getpid())\n"
    "print(signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGCHLD), sorted(os.environ))\n"
    "print([name for name in sys.modules if name.startswith('helpers')], os.nice(0), os.umask(0o22))"
)


def notebook(*cells):
    return new_notebook(cells=[new_code_cell(cell) for cell in cells], metadata=SPEC)


def render(*cells, engine="jospar-warm", output=None, **options):
    os.environ.pop("PYTEST_CURRENT_TEST", None)  # ipykernel captures no file descriptors when it sees this
    return papermill.execute_notebook(notebook(*cells), output, engine_name=engine, progress_bar=False, **options)


def text(book, cell=-1):
    return "".join(output.text for output in book.cells[cell].outputs if output.output_type == "stream")


def outputs(book):
    """All outputs; a warning names the kernel's process."""
    return [re.sub(r"ipykernel_\d+", "ipykernel", str(cell.outputs)) for cell in book.cells]


def gone(pids, within=10.0):
    """Whether all the processes have ended."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        if not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in pids):
            return True
        time.sleep(0.02)
    return False


def zygote():
    (process,) = [z for z in zygote_client._zygotes.values() if z.usable()]
    return process


def library(folder, monkeypatch, source):
    """A module among the installed packages: in this user's own, moved to a folder of the test."""
    monkeypatch.setenv("PYTHONUSERBASE", str(folder))
    packages = Path(sysconfig.get_path("purelib", "posix_user", {"userbase": str(folder)}))
    packages.mkdir(parents=True)
    monkeypatch.setenv("PYTHONPATH", str(packages))
    (packages / "some_library.py").write_text(source)
    return packages / "some_library.py"


@pytest.fixture(autouse=True, scope="module")
def nothing_is_left():
    """After these tests there is no process and no folder that was not there before."""
    yield
    warm_kernel.close_all()
    assert gone([child.pid for child in psutil.Process().children(recursive=True)])


@pytest.fixture(autouse=True)
def one_thread(monkeypatch):
    """The ordinary engine does not limit threads; here they shall be the only difference less."""
    for name in ONE_THREAD:
        monkeypatch.setenv(name, "1")


@pytest.fixture
def fresh(monkeypatch):
    """For tests that count, change or end zygotes: none before, none after."""
    monkeypatch.setattr(zygote_client, "_zygotes", {})
    monkeypatch.setattr(zygote_client, "_retired", [])
    yield
    warm_kernel.close_all()


@pytest.mark.slow
def test_the_executed_notebook_equals_papermills_cell_by_cell():
    report = {}
    cold = render(*REPORT, engine=None, parameters={"horizon": 6})
    warm = render(*REPORT, parameters={"horizon": 6}, report=report)
    assert report == {"kernel": "warm"}
    assert outputs(warm) == outputs(cold)
    assert "image/png" in warm.cells[6].outputs[-1].data
    assert [cell.source for cell in warm.cells] == [cell.source for cell in cold.cells]
    assert [cell.execution_count for cell in warm.cells] == [cell.execution_count for cell in cold.cells]
    for cell, other in zip(warm.cells, cold.cells, strict=True):
        assert set(cell.metadata.papermill) == set(other.metadata.papermill)
    assert "shown in spite of the filter" in outputs(warm)[-1]
    assert warm.metadata.language_info == cold.metadata.language_info
    assert warm.metadata.kernelspec == cold.metadata.kernelspec
    assert set(warm.metadata.papermill) == set(cold.metadata.papermill)


@pytest.mark.slow
def test_environment_folder_arguments_and_signals_are_those_of_the_request(tmp_path, monkeypatch):
    monkeypatch.setenv("WARM_TEST", "42")
    cold, warm = (text(render(IDENTITY, engine=name, cwd=tmp_path)) for name in (None, "jospar-warm"))
    assert warm == cold
    assert warm.startswith(f"{tmp_path.resolve()} ")


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_hash_seed_is_the_requests(seed, monkeypatch, fresh):
    monkeypatch.setenv("PYTHONHASHSEED", seed)
    code = "print({'one', 'two', 'three', 'four', 'five', 'six'}, hash('x'))"
    assert text(render(code, preload=[])) == text(render(code, engine=None))


@pytest.mark.slow
def test_a_failing_cell_is_reported_as_by_papermill(tmp_path):
    seen = []
    for engine in (None, "jospar-warm"):
        path = tmp_path / f"{engine}.ipynb"
        with pytest.raises(papermill.PapermillExecutionError) as failure:
            render("x = 1", "x / 0", "print('not reached')", engine=engine, output=path)
        assert failure.value.ename == "ZeroDivisionError"
        seen.append(re.sub(r"ipykernel_\d+", "", str(outputs_of(path))))
    assert seen[0] == seen[1]
    assert "not reached" not in seen[1]


def outputs_of(path):
    return [cell.get("outputs") for cell in nbformat.read(path, 4).cells]


def test_a_kernel_that_is_done_is_ended_without_an_interrupt(monkeypatch):
    sent = []
    send = warm_kernel.WarmProvisioner.send_signal

    async def noted(self, signum):
        sent.append(signum)
        await send(self, signum)

    monkeypatch.setattr(warm_kernel.WarmProvisioner, "send_signal", noted)
    with pytest.raises(papermill.PapermillExecutionError):
        render("1 / 0")
    assert signal.SIGINT not in sent


def test_nothing_passes_from_one_notebook_to_the_next(tmp_path):
    render(
        "import pandas as pd, matplotlib as mpl, matplotlib.pyplot, os, builtins, sys, random\n"
        "pd.options.display.max_rows = 3\n"
        "mpl.rcParams['lines.linewidth'] = 9\nos.environ['LEAK'] = '1'\nbuiltins.leak = 1\nsys.path.append('leak')\n"
        f"os.chdir({str(tmp_path)!r})\nrandom.seed(1)\nimport numpy as np; np.random.seed(1); mpl.pyplot.figure()"
    )
    book = render(
        "import pandas as pd, matplotlib.pyplot as plt, os, sys\n"
        "print(pd.options.display.max_rows, plt.rcParams['lines.linewidth'], os.environ.get('LEAK'))\n"
        "print(plt.get_fignums(), 'leak' in dir(__builtins__), 'leak' in sys.path, os.getcwd())"
    )
    assert text(book).split() == ["60", "1.5", "None", "[]", "False", "False", os.getcwd()]


def test_random_numbers_differ_between_notebooks():
    code = "import random, uuid, numpy as np, scipy.stats as st\n"
    code += "print(random.random(), np.random.rand(), uuid.uuid4(), st.norm.rvs())"
    first, second = (text(render(code)).split() for _ in range(2))
    assert all(one != other for one, other in zip(first, second, strict=True))


def test_processes_threads_and_shell_commands_work_in_a_notebook():
    book = render(
        "import subprocess, threading\n!echo shell\nprint(subprocess.check_output(['echo', 'sub'], text=True))\n"
        "thread = threading.Thread(target=lambda: print('thread')); thread.start(); thread.join()",
        "import concurrent.futures as cf, multiprocessing as mp, math\n"
        "with cf.ProcessPoolExecutor(2, mp_context=mp.get_context('fork')) as pool:\n"
        "    print(list(pool.map(math.sqrt, [4, 9])))",
        "import os, time; os.system('echo descriptor'); time.sleep(0.3)",
    )
    assert all(word in text(book, 0) for word in ("shell", "sub", "thread"))
    assert text(book, 1) == "[2.0, 3.0]\n"
    assert text(book, 2) == "descriptor\n"


def test_threads_share_one_parent_process_which_is_not_ours(fresh):
    def job(number):
        report = {}
        return text(
            render(f"import os; print({number}, os.getppid())", report=report, preload=["json"])
        ).split(), report

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        done = list(pool.map(job, range(6)))
    assert [words[0] for words, _ in done] == [str(number) for number in range(6)]
    assert {words[1] for words, _ in done} == {str(zygote().process.pid)} != {str(os.getpid())}
    assert all(report == {"kernel": "warm"} for _, report in done)


def test_each_kernel_has_one_thread_for_linear_algebra(monkeypatch):
    for name in ONE_THREAD:
        monkeypatch.delenv(name)
    assert (
        text(render("import os; print(os.environ['OPENBLAS_NUM_THREADS'], os.environ['OMP_NUM_THREADS'])")) == "1 1\n"
    )


def test_an_edit_of_the_projects_module_is_seen_by_the_next_notebook(tmp_path, monkeypatch, fresh):
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    for number in (1, 2):
        (tmp_path / "own_module.py").write_text(f"VALUE = {number}")
        report = {}
        book = render(
            "import own_module, helpers; print(own_module.VALUE)", preload=["own_module", "helpers"], report=report
        )
        assert (text(book), report) == (f"{number}\n", {"kernel": "warm"})
    assert zygote().ready["left_out"] == ["own_module", "helpers"]


@pytest.mark.slow
def test_a_library_changed_after_it_was_loaded_is_read_again(tmp_path, monkeypatch, fresh):
    path = library(tmp_path, monkeypatch, "VALUE = 1")
    code, kernels = "import some_library; print(some_library.VALUE)", []
    for value in (1, 22, 22):
        path.write_text(f"VALUE = {value}") if value != 1 else None
        report = {}
        assert text(render(code, preload=["some_library"], report=report)) == f"{value}\n"
        kernels.append(report)
    reason = "some_library.py has changed since it was loaded"
    assert kernels == [{"kernel": "warm"}, {"kernel": "cold", "reason": reason}, {"kernel": "warm"}]
    assert gone([retired.process.pid for retired in zygote_client._retired])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import threading, time; threading.Thread(target=time.sleep, args=[99], daemon=True).start()", "has threads"),
        ("import warnings; warnings.warn('old')", "importing some_library warns: old"),
        ("import os; os._exit(3)", "did not start"),
    ],
)
def test_a_library_that_cannot_be_shared_means_a_cold_kernel(source, reason, tmp_path, monkeypatch, fresh):
    library(tmp_path, monkeypatch, source)
    report = {}
    assert text(render("print('done')", preload=["some_library"], report=report)) == "done\n"
    assert report["kernel"] == "cold"
    assert reason in report["reason"]


@pytest.mark.slow
def test_a_cold_kernel_starts_where_a_fork_is_not_safe(tmp_path, monkeypatch, fresh):
    (tmp_path / "matplotlibrc").write_text("lines.linewidth: 7")
    code, report = "import matplotlib as mpl; print(mpl.rcParams['lines.linewidth'])", {}
    assert text(render(code, cwd=tmp_path, report=report, preload=["json"])) == "7.0\n"
    assert report == {"kernel": "cold", "reason": "matplotlibrc in the working directory"}
    assert text(render("print('done')", report=report, preload=["json"], limit=0)) == "done\n"
    assert report == {"kernel": "cold", "reason": "limit of 0 warm kernels"}
    monkeypatch.setattr(warm_kernel, "sys", SimpleNamespace(platform="darwin"))
    assert text(render("print('done')", report=report)) == "done\n"
    assert report == {"kernel": "cold", "reason": "no safe fork on darwin"}


def test_a_dead_kernel_is_an_error_and_what_was_done_is_saved(tmp_path):
    path = tmp_path / "dead.ipynb"
    with pytest.raises(DeadKernelError):
        render("print('before')", "import os; os._exit(3)", output=path)
    assert outputs_of(path)[0][0].text == "before\n"


def test_a_cell_over_its_time_limit_is_an_error_and_its_process_ends(tmp_path):
    path, pid = tmp_path / "late.ipynb", tmp_path / "pid"
    cells = [
        "print('before')",
        f"import os, time, signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nopen({str(pid)!r}, 'w')"
        ".write(str(os.getpid()))\nwhile True: time.sleep(1)",
    ]
    with pytest.raises(CellTimeoutError):
        render(*cells, output=path, execution_timeout=1)
    assert outputs_of(path)[0][0].text == "before\n"
    assert gone([int(pid.read_text())])


def test_a_lost_parent_process_is_an_error_and_is_replaced(tmp_path, fresh):
    pid = tmp_path / "pid"
    code = f"import os, signal\nopen({str(pid)!r}, 'w').write(str(os.getpid()))\n"
    code += "os.kill(os.getppid(), signal.SIGKILL)\nwhile True: pass"
    with pytest.raises(DeadKernelError):
        render(code, preload=["json"])
    assert gone([int(pid.read_text())])
    report = {}
    assert text(render("print('done')", preload=["json"], report=report)) == "done\n"
    assert report == {"kernel": "warm"}


OWNER = """
import papermill, concurrent.futures
from nbformat.v4 import new_code_cell, new_notebook
code = "import os\\nopen({folder!r} + f'/{{os.getpid()}}', 'w').write(str(os.getppid()))\\nwhile True: pass"
def job(number):
    book = new_notebook(cells=[new_code_cell(code)], metadata={spec!r})
    papermill.execute_notebook(book, None, engine_name="jospar-warm", preload=["json"], progress_bar=False)
if {threads}:
    with concurrent.futures.ThreadPoolExecutor({threads}) as pool: list(pool.map(job, range({threads})))
else:
    job(0)
"""


@pytest.mark.parametrize(("threads", "number"), [(0, signal.SIGINT), (0, signal.SIGTERM), (2, signal.SIGKILL)])
def test_no_process_outlives_an_interrupted_owner(threads, number, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    (tmp_path / "pids").mkdir()
    code = OWNER.format(folder=str(tmp_path / "pids"), spec=SPEC, threads=threads)
    owner = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, start_new_session=True)
    end = time.monotonic() + 30
    while len(list((tmp_path / "pids").iterdir())) < (threads or 1) and time.monotonic() < end:
        time.sleep(0.05)
    time.sleep(1)  # until the owner waits for its kernels, on a busy machine too
    os.killpg(owner.pid, number)
    try:
        errors = owner.communicate(timeout=30)[1].decode()
    finally:
        owner.kill()
    assert owner.returncode != 0, errors
    started = list((tmp_path / "pids").iterdir())
    assert len(started) == (threads or 1)
    assert gone([int(path.name) for path in started] + [int(path.read_text()) for path in started])
    if number == signal.SIGINT:
        assert "KeyboardInterrupt" in errors
        assert list((tmp_path / "tmp").iterdir()) == []


def test_closing_ends_the_kernels_that_are_running(tmp_path, fresh):
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        path = tmp_path / "pid"
        code = f"import os\nopen({str(path)!r}, 'w').write(str(os.getpid()))\nwhile True: pass"
        running = pool.submit(render, code, preload=["json"])
        end = time.monotonic() + 20
        while not (path.exists() and path.read_text()) and time.monotonic() < end:
            time.sleep(0.05)
        warm_kernel.close_all()
        with pytest.raises(DeadKernelError):
            running.result(15)
    assert gone([int(path.read_text())])


def test_no_process_and_no_folder_is_left_after_a_notebook(tmp_path, monkeypatch, fresh):
    monkeypatch.setattr(zygote_client.tempfile, "tempdir", str(tmp_path))
    render("1", preload=["json"])
    assert psutil.Process(zygote().process.pid).children() == []
    warm_kernel.close_all()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_papermills_own_command_takes_the_engine(tmp_path):
    nbformat.write(notebook("import os; print(os.getppid(), 'done')"), tmp_path / "in.ipynb")
    command = [
        BIN / "papermill",
        "--engine",
        "jospar-warm",
        "--no-progress-bar",
        tmp_path / "in.ipynb",
        tmp_path / "out.ipynb",
    ]
    subprocess.run(command, check=True, capture_output=True)
    assert "done" in outputs_of(tmp_path / "out.ipynb")[0][0].text


@pytest.mark.slow
def test_nbval_runs_on_it_by_the_provisioners_name(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_DEFAULT_PROVISIONER_NAME", "jospar-warm")
    code = "print('zygote' in open(f'/proc/{__import__(\"os\").getppid()}/cmdline').read())"
    book = notebook(code)
    book.cells[0].outputs = [nbformat.v4.new_output("stream", text="True\n")]
    book.cells[0].execution_count = 1
    nbformat.write(book, tmp_path / "check.ipynb")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval", tmp_path / "check.ipynb"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_kernel_of_the_provisioner_is_interrupted_and_restarted_as_jupyterlab_does(monkeypatch):
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


@pytest.mark.parametrize("first", ["helpers.render.kernels.warm_engine", "helpers.render.kernels", "papermill"])
def test_the_modules_may_be_imported_in_any_order(first):
    code = f"import {first}, papermill.engines; papermill.engines.papermill_engines.get_engine('jospar-warm')"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_package_alone_loads_nothing_of_jupyter():
    forbidden = {"jupyter_client", "papermill", "helpers.render.kernels"}
    code = f"import helpers, sys; assert not {forbidden} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
