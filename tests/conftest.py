"""What all tests share: an ordinary environment, English to start with, hand-made notebooks, one run of the batch.

Which worker runs what: a file is a group and stays on one worker, unless its tests name groups of their own; the
group that renders the batch begins, then those with most slow tests. Tests marked `hard` wait for `make test-hard`.
"""

import gc
import os
import signal
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers import ONE_THREAD, files, render, targets
from helpers.language import LANGUAGES, use_language
from helpers.record import hindsight
from helpers.render import batch, kernels
from helpers.render.batch import Job

# Whatever shell, scheduler or user starts the tests. The home folder lasts: matplotlib keeps its list of fonts there.
HOME = files.ROOT / "build" / "home"
ENVIRONMENT = {"HOME": str(HOME), "LC_ALL": "C.UTF-8", "TZ": "UTC", "TERM": "dumb", "COLUMNS": "120"}
# What starts another Python would load jsonschema's grammars as this one would: tests/absent says more.
ENVIRONMENT |= {"PYTHONPATH": str(files.ROOT / "tests" / "absent")}
ENVIRONMENT |= ONE_THREAD | {"JUPYTER_PATH": str(files.ROOT / "tests" / "fixtures" / "jupyter")}
FOREIGN = (
    "PYTHONDONTWRITEBYTECODE",
    "FORCE_COLOR",
    "NO_COLOR",
    "JOSPAR_DATA",
    "LANGUAGE",
    "MPLBACKEND",
    "MPLCONFIGDIR",
    "PYTHONHASHSEED",
)
HOME.mkdir(parents=True, exist_ok=True)
os.environ.update(ENVIRONMENT)
for name in FOREIGN:
    os.environ.pop(name, None)
os.umask(0o022)
time.tzset()
# A shell starts what runs in its background deaf to Ctrl-C, and its children inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

# The short profile gives every machine the same examples; the deep one looks for new ones.
ANY = {"deadline": None, "suppress_health_check": list(HealthCheck)}
settings.register_profile("short", max_examples=25, derandomize=True, **ANY)
settings.register_profile("deep", max_examples=1000, **ANY)
settings.load_profile("short")

REGION = [Job(files.NOTEBOOKS / "7_region.ipynb", {"area": "KZ-75", "language": code}) for code in LANGUAGES]
# One report of each language as page and spreadsheet, in Kazakh on paper too; the others as pages alone: half the time.
FORMATS = {"0_overview--language-kk": ("html", "xlsx", "pdf")}
FORMATS |= dict.fromkeys(("0_overview--language-en", "0_overview--language-ru"), ("html", "xlsx"))
JOBS = [replace(job, formats=FORMATS.get(job.name, ("html",))) for job in batch.read_batch()] + REGION
# By day all reports in Kazakh, whose words are longest; in the other languages the overview, a direction and a region.
OTHERS_BY_DAY = ("0_overview--", "3_employment--", "7_region--")
BY_NIGHT = {job.name for job in JOBS if job.language != "kk" and not job.name.startswith(OTHERS_BY_DAY)}

RENDERS = "pages-kk"  # this group begins and renders the batch, while the others need it not yet


def pytest_xdist_auto_num_workers():
    """One more than cores: tests often wait for a kernel, a browser or a signal."""
    return len(os.sched_getaffinity(0)) + 1


@pytest.hookimpl(wrapper=True)  # before xdist reads the groups, and before random order
def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.name == "tutorial.ipynb":  # of all notebooks the one that is committed with its outputs
            item.options["check"] = "nbval-ignore-output" not in item.cell.metadata.get("tags", [])
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
    slow = Counter(group(item) for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: (group(item) != RENDERS, -slow[group(item)]))
    return (yield)


def pytest_configure(config):
    config.pluginmanager.register(Notebooks())


class Notebooks:
    """What holds for notebooks too, which lie outside this folder."""

    ready = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item):
        """Have all their kernels forked: a worker's first two would load the libraries themselves."""
        if item.path.suffix == ".ipynb" and not self.ready:
            kernels.close_all()
            kernels.prepare()
            self.ready = True


def pytest_collection_finish():
    """What libraries and tests hold to the end is no garbage, and looking through it again and again takes long."""
    gc.freeze()


def group(item) -> str:
    return item.get_closest_marker("xdist_group").args[0]


@pytest.fixture(autouse=True)
def _english():
    use_language("en")
    yield
    use_language("en")


@pytest.fixture(scope="session", name="found")
def outlooks():
    """What is known and expected of every indicator on the day of the committed figures."""
    return targets.outlooks(as_of="2026-11-22")


@pytest.fixture(scope="session")
def employment():
    """The same of the third direction alone: as a report of its own would have it."""
    return targets.outlooks(3, as_of="2026-11-22")


@pytest.fixture(scope="session")
def hindcasts(found):
    """The forecasts that could have been made at the end of each past year, with what came."""
    return hindsight.rolling(found)


@pytest.fixture(scope="session")
def output(pytestconfig, tmp_path_factory, worker_id):
    """A folder with the index and the reports of the batch and of a region, rendered once for all workers."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "batch"
    left_out = BY_NIGHT if "not hard" in pytestconfig.getoption("markexpr") else ()
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            jobs = [job for job in JOBS if job.name not in left_out]
            facts = render.run(jobs, folder, len(os.sched_getaffinity(0)))
            assert [report["error"] for report in facts["reports"] if report["status"] == "failed"] == []
    return folder


@pytest.fixture
def make_notebook(tmp_path):
    """Writes a small notebook whose first code cell holds its parameters."""

    def make(
        name: str, *code: str, parameters: str = 'language: str = "en"\nrate: float = 1.0', title: str = "A title"
    ) -> Path:
        cells = [new_markdown_cell(f"# {title}"), new_code_cell(parameters, metadata={"tags": ["parameters"]})]
        cells += [new_code_cell(source) for source in code]
        path = tmp_path / f"{name}.ipynb"
        nbformat.write(new_notebook(cells=cells), path)
        return path

    return make
