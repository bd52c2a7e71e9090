"""How long a report takes, by each way of rendering it: one table, with its ratios, in one run.

    python benchmarks/render.py [--reports 20] [--rounds 3] [--ways command,warm] [--wait 120]
    python benchmarks/render.py --project [--rounds 1]

The second is on the project's own default batch as pages, the first on a made-up notebook.

The same notebook, as long as a typical report, is rendered with different parameters. The ways take turns, and each
way's best round counts, since other work on the machine only ever adds time. The floor is the notebook's code, run
again and again in one Python that has imported and computed everything once before, divided by the cores. The
processor's time counts all processes of a way and its start, and says more than the clock where other work runs.
Not for Windows, which counts it otherwise.
"""

import argparse
import concurrent.futures
import io
import json
import logging
import multiprocessing
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from helpers import ONE_THREAD

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
NOTEBOOK, SCRIPT, TABLE = "report.ipynb", "report.py", "indicators.csv"
TITLE = "# Forecast of one direction"
DEFAULTS = "direction = 'jobs'\nhorizon = 8"
CELLS = [
    "import warnings; warnings.filterwarnings('ignore')\n"
    "import pandas as pd\nimport statsmodels.api as sm\nimport matplotlib.pyplot as plt",
    f"table = pd.read_csv('{TABLE}', parse_dates=['date'])\n"
    "wide = table.pivot(index='date', columns='indicator', values='value').asfreq('QS')\n"
    "print(direction, wide.shape)\nwide.tail()",
    "fits = {}\nfor name in ['a', 'b', 'c']:\n    fits[name] = sm.tsa.ExponentialSmoothing(\n"
    "        wide[name], trend='add', seasonal='add', seasonal_periods=4).fit()\n"
    "for name in ['d', 'e']:\n    fits[name] = sm.tsa.ARIMA(wide[name], order=(1, 1, 1)).fit()\n"
    "future = pd.DataFrame({name: fit.forecast(horizon) for name, fit in fits.items()})\nfuture.round(2)",
    *(
        f"fig, ax = plt.subplots(figsize=(7, 3))\nwide['{name}'].plot(ax=ax, label='observed')\n"
        f"future['{name}'].plot(ax=ax, label='forecast')\nax.set_title(direction); ax.legend()\nplt.show()"
        for name in ("a", "b", "d")
    ),
    "fig, axes = plt.subplots(1, 2, figsize=(8, 3))\nwide.pct_change(4).tail(20).plot(ax=axes[0])\n"
    "future.plot.bar(ax=axes[1])\nplt.tight_layout(); plt.show()",
    "(future.iloc[-1] / wide.iloc[-1] - 1).mul(100).round(1).rename('growth').to_frame()",
]
DISPLAYED = ("wide.tail()", "future.round(2)", CELLS[-1])
PNG = "fig.savefig(io.BytesIO(), format='png', bbox_inches='tight'); plt.close(fig)"
QUIET = 0.9


def write_inputs(folder: Path) -> None:
    """Write the notebook, the same as a script, and the table that both read."""
    import nbformat
    import numpy as np
    import pandas as pd
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    quarters, random = pd.date_range("2000-01-01", periods=100, freq="QS"), np.random.default_rng(7)
    wave = 5 * np.sin(np.pi / 2 * np.arange(100))
    values = {name: 100 + (0.6 + k / 10) * np.arange(100) + wave for k, name in enumerate("abcde")}
    wide = pd.DataFrame(values, quarters) + random.normal(0, 0.7, (100, 5)).cumsum(axis=0)
    long = wide.round(4).rename_axis("date").reset_index().melt("date", var_name="indicator")
    long.to_csv(folder / TABLE, index=False)
    parameters = new_code_cell(DEFAULTS, metadata={"tags": ["parameters"]})
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    book = new_notebook(cells=[new_markdown_cell(TITLE), parameters, *map(new_code_cell, CELLS)], metadata=spec)
    nbformat.write(book, folder / NOTEBOOK)
    code = "\n".join(["import io, matplotlib; matplotlib.use('Agg')", DEFAULTS, *CELLS]).replace("plt.show()", PNG)
    for shown in DISPLAYED:
        code = code.replace(shown, f"({shown})._repr_html_()")
    (folder / SCRIPT).write_text(code, encoding="utf-8")


def render(number: int, engine: str | None = None, **options: Any) -> None:
    """One report, through papermill's function."""
    import papermill

    parameters = {"direction": f"direction {number}"}
    papermill.execute_notebook(
        NOTEBOOK, f"out-{number}.ipynb", parameters, engine_name=engine, progress_bar=False, **options
    )


def command(reports: int) -> float:
    """papermill's command in a loop."""
    start = time.perf_counter()
    for number in range(reports):
        call = [sys.executable, "-m", "papermill", NOTEBOOK, f"out-{number}.ipynb", "--no-progress-bar"]
        subprocess.run([*call, "-p", "direction", f"direction {number}"], check=True, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def api(reports: int) -> float:
    """papermill's function in a loop."""
    start = time.perf_counter()
    for number in range(reports):
        render(number)
    return time.perf_counter() - start


def pool(reports: int) -> float:
    """papermill's function in a pool of one process for each core."""
    start = time.perf_counter()
    with concurrent.futures.ProcessPoolExecutor(CORES, mp_context=multiprocessing.get_context("spawn")) as executor:
        list(executor.map(render, range(reports)))
    return time.perf_counter() - start


def warm(reports: int, threads: int = 1) -> float:
    """Warm kernels, one at a time; the first start of the libraries is counted."""
    start = time.perf_counter()
    from helpers.render import kernels

    kernels.prepare()
    with concurrent.futures.ThreadPoolExecutor(threads) as executor:
        list(executor.map(lambda number: render(number, "jospar-warm"), range(reports)))
    return time.perf_counter() - start


def warm_all(reports: int) -> float:
    """Warm kernels, one for each core."""
    return warm(reports, CORES)


def floor(reports: int) -> float:
    """The same code in one warm Python, divided by the cores."""
    code = compile(Path(SCRIPT).read_text(encoding="utf-8"), SCRIPT, "exec")
    start = time.perf_counter()
    for number in range(reports + 1):
        if number == 1:
            start = time.perf_counter()
        with redirect_stdout(io.StringIO()):
            exec(code, {"__name__": "__main__"})
    return (time.perf_counter() - start) / CORES


def first(reports: int) -> float:
    """From the start of Python to the start of the first cell of a first report, warm."""
    start = time.time()
    code = "from helpers.render import kernels; kernels.prepare(); import papermill; papermill.execute_notebook("
    code += f"{NOTEBOOK!r}, 'out-0.ipynb', engine_name='jospar-warm', progress_bar=False)"
    subprocess.run([sys.executable, "-c", code], check=True, stderr=subprocess.DEVNULL)
    import dateutil.parser

    cells = json.loads(Path("out-0.ipynb").read_text(encoding="utf-8"))["cells"]
    began = next(cell["metadata"]["papermill"]["start_time"] for cell in cells if cell["cell_type"] == "code")
    return dateutil.parser.parse(began).timestamp() - start


def memory(reports: int) -> float:
    """Megabytes that belong to one warm kernel alone when its report is done."""
    import nbformat
    from nbformat.v4 import new_code_cell

    book = nbformat.read(NOTEBOOK, 4)
    book.cells.append(new_code_cell("print(open('/proc/self/smaps_rollup').read())"))
    nbformat.write(book, "memory.ipynb")
    import papermill

    done = papermill.execute_notebook("memory.ipynb", None, engine_name="jospar-warm", progress_bar=False)
    lines = done.cells[-1].outputs[0].text.splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def own_reports() -> list[tuple[Path, str]]:
    """Notebook and language of each report of the project's default batch."""
    from helpers.render.batch import read_batch

    return [(job.notebook, job.language) for job in read_batch()]


def own_command(_: int) -> float:
    """papermill's command, on each report of the default batch."""
    start = time.perf_counter()
    for notebook, language in own_reports():
        call = [sys.executable, "-m", "papermill", str(notebook), "out.ipynb", "--no-progress-bar"]
        where = ["--cwd", str(notebook.parent), "-p", "language", language]
        subprocess.run([*call, *where], check=True, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def own_batch(_: int) -> float:
    """`jospar render`, the default batch as pages; nothing is taken over."""
    import yaml

    from helpers import files

    entries = yaml.safe_load((files.NOTEBOOKS / "batch.yml").read_text(encoding="utf-8"))["batches"]["default"]
    pages = [entry | {"notebook": str(files.NOTEBOOKS / entry["notebook"]), "formats": ["html"]} for entry in entries]
    Path("batch.yml").write_text(yaml.safe_dump({"batches": {"default": pages}}), encoding="utf-8")
    with tempfile.TemporaryDirectory(dir=".") as folder:
        start = time.perf_counter()
        call = [sys.executable, "-m", "helpers.cli", "render", "--file", "batch.yml", "--quiet", "--output", folder]
        subprocess.run(call, check=True)
        return time.perf_counter() - start


def own_floor(_: int) -> float:
    """The notebooks' own code in one warm Python, divided by the cores; it shares nothing between languages."""
    import nbformat
    from IPython.core.interactiveshell import InteractiveShell
    from matplotlib_inline.backend_inline import configure_inline_support

    shell, start = InteractiveShell.instance(), time.perf_counter()
    configure_inline_support(shell, "inline")
    for notebook, language in own_reports():
        os.chdir(notebook.parent)
        with redirect_stdout(io.StringIO()):
            for cell in nbformat.read(notebook, 4).cells:
                given = f"\nlanguage = {language!r}" if "parameters" in cell.metadata.get("tags", []) else ""
                if cell.cell_type == "code":
                    shell.run_cell(cell.source + given).raise_error()
    return (time.perf_counter() - start) / CORES


OWN = (own_command, own_batch, own_floor)
WAYS: dict[str, Callable[[int], float]] = {
    way.__name__: way for way in (command, api, pool, warm, warm_all, floor, first, memory, *OWN)
}


def run_way(way: str, reports: int) -> None:
    """In a process of its own: print the way's measure as the last line."""
    logging.getLogger("papermill").setLevel(logging.ERROR)
    warnings.simplefilter("ignore")
    if way in ("api", "pool", "warm", "warm_all"):
        import papermill  # noqa: F401 — a long-running batch pays this once
    print(WAYS[way](reports))


def measure(way: str, reports: int, folder: Path) -> tuple[float, float]:
    """The measure of one way, from a fresh process, and the processor's seconds that it took."""
    call = [sys.executable, __file__, "--way", way, "--reports", str(reports)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(call, cwd=folder, capture_output=True, text=True, env={**os.environ, **ONE_THREAD})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"{way} failed:\n{done.stderr}")
    return float(done.stdout.split()[-1]), after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure_all(ways: list[str], reports: int, rounds: int, wait: float) -> dict[str, list[tuple[float, float]]]:
    """The measures of each way, taken in turns."""
    folder = Path(tempfile.mkdtemp(prefix="benchmark-"))
    found: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
    try:
        write_inputs(folder)
        for number in range(rounds):
            for way in ways:
                wait_for_quiet(wait)
                found[way].append(measure(way, reports, folder))
                print(f"round {number + 1}: {way} {found[way][-1][0]:.2f}", file=sys.stderr, flush=True)
    finally:
        shutil.rmtree(folder)
    return found


def ticks() -> list[int]:
    """What the cores have done so far: user, nice, system, idle, waiting, ..."""
    return list(map(int, Path("/proc/stat").read_text(encoding="utf-8").splitlines()[0].split()[1:]))


def wait_for_quiet(limit: float) -> None:
    """Return when no other work takes a core, or after the limit."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        before = ticks()
        time.sleep(1)
        passed = [now - then for now, then in zip(ticks(), before, strict=True)]
        if passed[3] + passed[4] > QUIET * sum(passed):
            return


def table(found: dict[str, list[tuple[float, float]]], reports: int) -> str:
    """The measures as a Markdown table: seconds for each report, how many times the command's and the floor's."""
    best = {way: min(rounds)[0] / reports for way, rounds in found.items()}
    heads = ["way", "seconds a report", "median round", "processor", "faster than the command", "times the floor"]
    rows = [heads, ["---"] * len(heads)]
    for way, value in best.items():
        median, work = (statistics.median(column) / reports for column in zip(*found[way], strict=True))
        own = "own_" if way.startswith("own_") else ""
        ratios = [best.get(f"{own}command", float("nan")) / value, value / best.get(f"{own}floor", float("nan"))]
        about = WAYS[way].__doc__.partition(";")[0].rstrip(".")
        rows.append([about, f"{value:.2f}", f"{median:.2f}", f"{work:.2f}", f"{ratios[0]:.1f}", f"{ratios[1]:.2f}"])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def machine() -> str:
    """The processor, cores and Python that the measures are from."""
    model = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next((line.partition(": ")[2] for line in lines if line.startswith("model name")), model)
    return f"{model}, {CORES} cores, {platform.system()}, Python {platform.python_version()}"


def main() -> None:
    """Take the measures in turns and print them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reports", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--wait", type=float, default=0, help="seconds to wait, at most, for a quiet machine")
    made_up = ",".join(way for way in WAYS if not way.startswith("own_"))
    parser.add_argument("--ways", default=made_up, type=lambda text: text.split(","))
    parser.add_argument("--project", action="store_true", help="the project's own default batch")
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.way:
        return run_way(chosen.way, chosen.reports)
    if chosen.project:
        chosen.ways, chosen.reports = [way.__name__ for way in OWN], len(own_reports())
    found = measure_all(chosen.ways, chosen.reports, chosen.rounds, chosen.wait)
    single = {way: found.pop(way) for way in ("first", "memory") if way in found}
    print(
        f"{chosen.reports} reports, the best of {chosen.rounds} rounds; {machine()}\n\n{table(found, chosen.reports)}\n"
    )
    for way, unit in (("first", "s"), ("memory", "MB")):
        if way in single:
            print(f"{WAYS[way].__doc__.rstrip('.')}: {min(single[way])[0]:.1f} {unit}")


if __name__ == "__main__":
    main()
