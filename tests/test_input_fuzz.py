"""Whatever becomes of a file that a person or an earlier run wrote: it is read, or refused in one line."""

import importlib
import json
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from random import Random

import pandas as pd
import pytest

from helpers import UserError, files, statistics
from helpers.forecast import forecast_table, read_table
from helpers.record import compare, news
from helpers.refresh import people
from helpers.render import archive, batch, fingerprint, index, outcomes
from helpers.render.batch import Job
from helpers.statistics import check as data_check

DECISIONS = importlib.import_module("helpers.targets.decisions")  # the room has a function of this name
PIECES = [
    b",",
    b'"',
    b"\n",
    b"\t",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"nan",
    b"-1e999",
    b"[",
    b"}",
    b": ",
    b"&a ",
    b"*a",
]
ENCODINGS = ["utf-16", "cp1251", "utf-8-sig"]


def damaged(data: bytes, chance: Random) -> bytes:
    """The bytes after one to three accidents: cut, flipped, put in, doubled, left out or in another encoding."""
    for _ in range(chance.randint(1, 3)):
        start, end = sorted(chance.choices(range(len(data) + 1), k=2))
        end = min(end, start + 40)
        match chance.randrange(6):
            case 0:
                data = data[: max(start, len(data) // 3)]
            case 1:
                data = data[:start] + bytes([chance.randrange(256)]) + data[start + 1 :]
            case 2:
                data = data[:start] + chance.choice(PIECES) + data[start:]
            case 3:
                data = data[:end] + data[start:end] + data[end:]
            case 4:
                data = data[:start] + data[end:]
            case 5:
                data = data.decode(errors="replace").encode(chance.choice(ENCODINGS), "replace")
    return data


def read_batch(path: Path) -> None:
    batch.read_batch(path)


def read_notebook(path: Path) -> None:
    fingerprint.key(Job(path), [], "")
    batch.check(Job(path))
    list(outcomes.payloads(path))


def read_record(path: Path) -> None:
    past = archive.history(path.parents[1])
    archive.damaged(path.parents[1])
    archive.rendered(past)
    archive.latest_complete(past)
    archive.shelf(past)


def read_panel(path: Path) -> None:
    forecast_table(read_table(path), 1)


def read_statistics(path: Path) -> None:
    statistics.series("poverty", folder=path.parent)
    fingerprint.last_known(statistics.known_day(""))
    fingerprint.read_on()


def read_decisions(path: Path) -> None:
    DECISIONS.decisions(["11", "12"], path)


def read_run(path: Path) -> None:
    compare.compare(*[compare.load(path.parent, path.parent)] * 2)


def read_verdicts(path: Path) -> None:
    news.verdicts(path.parent)  # a night goes on without yesterday's
    index.newest_verdicts(path.parent)


def read_own(path: Path) -> None:
    with pytest.MonkeyPatch.context() as own:
        own.setenv("JOSPAR_OWN", str(path.parent))
        statistics.series("poverty", folder=path.parents[1])
        statistics.catalogue(path.parents[1])
        data_check.check_own(path.parent, files.DATA)


def read_import(path: Path) -> None:
    people.importing.preview(path)


def read_list(path: Path) -> None:
    people.listing.tables(people.listing.read(path), "A list")


def batch_file(folder: Path) -> Path:
    return Path(shutil.copy(files.NOTEBOOKS / "batch.yml", folder))


def notebook(folder: Path) -> Path:
    return Path(shutil.copy(files.NOTEBOOKS / "tutorial.ipynb", folder))


def record(folder: Path) -> Path:
    run = folder / "2026-01-01_000000"
    run.mkdir()
    report = {"name": "a", "notebook": "a.ipynb", "parameters": {}, "key": "k", "status": "rendered", "title": "A"}
    report |= {"files": ["a.html"], "size": 3, "rendered": "2026-01-01T00:00:00+00:00", "seconds": 1.0}
    facts = {"format": archive.FORMAT, "run": run.name, "started": "2026-01-01T00:00:00+00:00", "complete": True}
    facts |= {"version": "1", "data_read_on": "2026-01-01", "seconds": 1.0, "reports": [report]}
    (run / "run.json").write_text(json.dumps(facts))
    return run / "run.json"


def panel(folder: Path) -> Path:
    rows = [f"{name},{year},{year % 7 + 1}.5" for name in "ab" for year in range(2012, 2024)]
    (folder / "panel.csv").write_text("series_id,period,value\n" + "\n".join(rows) + "\n")
    return folder / "panel.csv"


def few_statistics(folder: Path, name: str) -> Path:
    for other in ("series.csv", "areas.csv", "sources.csv"):
        shutil.copy(files.STATISTICS / other, folder)
    head, *rows = (files.STATISTICS / "observations.csv").read_text(encoding="utf-8").splitlines()
    few = [row for row in rows if row.startswith(("poverty,KAZ", "unemployment,KAZ"))]
    (folder / "observations.csv").write_text("\n".join([head, *few, ""]), encoding="utf-8")
    return folder / name


def decisions_file(folder: Path) -> Path:
    head = ",".join(DECISIONS.COLUMNS)
    (folder / "decisions.csv").write_text(f"{head}\n11,,2016,2026:+0.2 2027:-0.1,A,2026-01-02,Because\n12,,,,B,,Why\n")
    return folder / "decisions.csv"


def run_table(folder: Path, name: str) -> Path:
    key = {"plan": "data/plan", "indicator": "11", "area": "KAZ", "as_of": "2026-01-01", "method": "ensemble"}
    years = [key | {"version": "1", "period": "2026", "adjustment": 0} | dict.fromkeys(outcomes.QUANTILES, 4.6)]
    known = [key | {"series": "unemployment", "period": str(year), "value": 4.8} for year in range(2015, 2026)]
    judged = [key | {"year": 2026, "verdict": "open", "probability": 0.4, "target": 4.5, "target_decimals": 1}]
    for file, rows in ((outcomes.FORECASTS, years), (outcomes.FIGURES, known), (outcomes.VERDICTS, judged)):
        (folder / file).write_text(outcomes.as_csv(outcomes.COLUMNS[file], rows))
    return folder / name


def own_tables(folder: Path, name: str) -> Path:
    few_statistics(folder, name)
    own = folder / "own"
    own.mkdir()
    head, *rows = (folder / "observations.csv").read_text(encoding="utf-8").splitlines()
    (own / "observations.csv").write_text("\n".join([head, *rows[-3:], ""]), encoding="utf-8")
    for other in ("series.csv", "sources.csv"):
        shutil.copy(folder / other, own)
    return own / name


def spreadsheet(folder: Path, name: str) -> Path:
    heads = ["Indicator", "Unit", "Better", *range(2018, 2026), "target 2027"]
    rows = [[label, "%", "lower", *(n / 7 for n in range(40, 48)), 5] for label in ("Unemployment", "Poverty rate")]
    if name.endswith(".csv"):
        (folder / name).write_text("\n".join(";".join(map(str, row)) for row in [heads, *rows]) + "\n")
    else:
        pd.DataFrame(rows, columns=heads).to_excel(folder / name, index=False)
    return folder / name


INPUTS: dict[str, tuple[Callable[[Path], Path], Callable[[Path], None]]] = {
    "batch.yml": (batch_file, read_batch),
    "notebook": (notebook, read_notebook),
    "run.json": (record, read_record),
    "panel": (panel, read_panel),
    "decisions.csv": (decisions_file, read_decisions),
    **{
        name: (lambda folder, name=name: few_statistics(folder, name), read_statistics)
        for name in ("observations.csv", "series.csv", "areas.csv", "sources.csv")
    },
    **{
        name: (lambda folder, name=name: run_table(folder, name), read_run)
        for name in (outcomes.FORECASTS, outcomes.FIGURES)
    },
    outcomes.VERDICTS: (lambda folder: run_table(folder, outcomes.VERDICTS), read_verdicts),
    **{
        f"own {name}": (lambda folder, name=name: own_tables(folder, name), read_own)
        for name in ("observations.csv", "series.csv")
    },
    **{
        f"{kind} {name}": (lambda folder, name=name: spreadsheet(folder, name), read)
        for kind, read in (("import", read_import), ("list", read_list))
        for name in ("a.csv", "a.xlsx")
    },
}


def reads_or_says_why(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch, seeds: range) -> None:
    """Read the input once as it is and once for each seed after an accident."""
    make, read = INPUTS[name]
    path = make(folder)
    tables = (read_statistics, read_own)
    if read in tables:
        monkeypatch.setattr(files, "STATISTICS", folder)
    whole = path.read_bytes()
    read(path)
    for seed in seeds:
        # A place of its own each time: tables are read once for each folder.
        place = folder / f"{seed}" / path.parent.relative_to(folder)
        shutil.copytree(folder, folder / f"{seed}", ignore=shutil.ignore_patterns(*map(str, seeds)))
        if read in tables:
            monkeypatch.setattr(files, "STATISTICS", folder / f"{seed}")
        (place / path.name).write_bytes(damaged(whole, Random(seed)))
        lines = ["read"]
        try:
            with warnings.catch_warnings(action="error"):  # a library's doubts are no word for a reader
                read(place / path.name)
        except UserError as fault:
            lines = str(fault).splitlines()
        except Exception as fault:
            raise AssertionError(f"{name}, seed {seed}: {type(fault).__name__}: {fault}") from fault
        assert len(lines) == 1, (seed, lines)


@pytest.mark.slow
@pytest.mark.parametrize("name", INPUTS)
def test_a_damaged_input_is_read_or_refused_in_one_line(name, tmp_path, monkeypatch):
    reads_or_says_why(name, tmp_path, monkeypatch, range(8))


@pytest.mark.hard
@pytest.mark.parametrize("name", INPUTS)
def test_a_damaged_input_is_read_or_refused_in_one_line_a_thousand_times(name, tmp_path, monkeypatch):
    reads_or_says_why(name, tmp_path, monkeypatch, range(100, 1100))
