"""Each run keeps its forecasts, the figures they rest on and its verdicts: for the index, and to tell what moved.

`forecasts.csv` has a row for each indicator, area and period, `figures.csv` one for each figure known, `verdicts.csv`
one for each target. They come from the parameters of the run's jobs, by the same call that the notebooks make, on the
same data and code.
"""

import contextlib
import csv
import hashlib
import os
import shutil
from datetime import date
from pathlib import Path

from helpers import UserError
from helpers.render import fingerprint
from helpers.render.batch import Job, declared

KEPT = FORECASTS, FIGURES, VERDICTS = "forecasts.csv", "figures.csv", "verdicts.csv"
QUANTILES = ["q025", "q10", "q25", "q50", "q75", "q90", "q975"]
KEYS = ["plan", "indicator", "area", "as_of"]
FORECAST_COLUMNS = [*KEYS, "method", "version", "period", *QUANTILES, "adjustment", "inputs"]
FIGURE_COLUMNS = [*KEYS, "series", "period", "value"]
VERDICT_COLUMNS = [*KEYS, "year", "verdict", "probability", "figure", "decimals"]
VERDICT_COLUMNS += ["target", "target_decimals", "reading"]
ASKED = {"area": "KAZ", "as_of": "", "until": 2027}


def keep(folder: Path, jobs: list[Job], version: str) -> None:
    """Write the files into the folder of a run; nothing where no job forecasts. Files of equal inputs are linked."""
    wanted = questions(jobs)
    if not wanted:
        return
    plans = [fingerprint.plan_hash(name) for name in sorted({question[0] for question in wanted})]
    parts = [fingerprint.data_hash(), fingerprint.code(), version, str(wanted), *plans]
    inputs = hashlib.sha256("".join(parts).encode()).hexdigest()[:16]
    if not link_earlier(folder, inputs):
        compute(folder, wanted, version, inputs)


def questions(jobs: list[Job]) -> list[tuple]:
    """What the jobs ask for, each once: plan, area, day whose knowledge counts, last year."""
    found = set()
    for job in jobs:
        known = declared(job.notebook)
        if set(ASKED) <= set(known):
            area, as_of, until = (job.parameters.get(name, default) for name, default in ASKED.items())
            found.add((job.plan, area, as_of or str(date.today()), until))
    return sorted(found)


def link_earlier(folder: Path, inputs: str) -> bool:
    """Take the files from an earlier run beside this one that had the same inputs; False when there is none."""
    for earlier in sorted(folder.parent.glob(f"*/{FORECASTS}"), reverse=True):
        beside = [earlier.parent / name for name in (FIGURES, VERDICTS)]
        if earlier.parent.is_symlink() or earlier.parent == folder or not all(path.is_file() for path in beside):
            continue
        with earlier.open(encoding="utf-8", newline="") as file:
            first = next(csv.DictReader(file), {})
        if first.get("inputs") != inputs:
            continue
        for name in KEPT:
            try:
                os.link(earlier.parent / name, folder / name)
            except OSError:
                shutil.copyfile(earlier.parent / name, folder / name)
        return True
    return False


def compute(folder: Path, wanted: list[tuple], version: str, inputs: str) -> None:
    """Ask the engine and write what it says."""
    from helpers import targets
    from helpers.files import write

    forecasts, figures, verdicts = [], [], []
    for plan, area, as_of, until in wanted:
        # A parameter that is wrong has failed its report already, with its reason there.
        with contextlib.suppress(UserError):
            for outlook in targets.outlooks(None, area, as_of, until, folder=plan).values():
                key = {"plan": plan, "indicator": outlook.indicator, "area": area, "as_of": as_of}
                rows = outlook_rows(outlook, key, {"version": version, "inputs": inputs})
                for kept, found in zip((forecasts, figures, verdicts), rows, strict=True):
                    kept += found
    for name, content in zip(KEPT, as_files(forecasts, figures, verdicts), strict=True):
        write(folder / name, content)


def outlook_rows(outlook: "object", key: dict, made: dict) -> tuple[list[dict], list[dict], list[dict]]:
    """The rows of an outlook in each of the files; `made` says what made its forecasts."""
    found = forecast_rows(outlook), figure_rows(outlook), verdict_rows(outlook)
    forecasts, figures, verdicts = ([key | row for row in rows] for rows in found)
    return [made | row for row in forecasts], figures, verdicts


def as_files(*rows: list[dict]) -> tuple[str, ...]:
    """The texts of the files, in the order of KEPT."""
    return tuple(map(as_csv, (FORECAST_COLUMNS, FIGURE_COLUMNS, VERDICT_COLUMNS), rows))


def forecast_rows(outlook: "object") -> list[dict]:
    """Method, period, quantiles in the indicator's unit, and how far judgement moved them."""
    expected = outlook.expected
    if expected is None:
        return []
    moved = outlook.adjustments
    added = {} if moved is None else moved.groupby("period")["add_factor"].sum().to_dict()
    return [
        {"method": expected.label, "period": row["period"], "adjustment": added.get(row["period"].year, 0)}
        | {name: f"{row[name]:.6g}" for name in QUANTILES}
        for row in expected.to_dict("records")
    ]


def figure_rows(outlook: "object") -> list[dict]:
    """Every figure known, with the code of its series."""
    code = "" if outlook.series is None else outlook.series.name
    return [{"series": code, "period": period, "value": value} for period, value in outlook.history.items()]


def verdict_rows(outlook: "object") -> list[dict]:
    """The verdict on each target: its chance (0 to 1) or the figure, the target, and how many decimals both have."""
    from helpers.targets import target_decimals

    columns = [name for name in VERDICT_COLUMNS if name in outlook.judged]
    judged = outlook.judged[columns].astype(object).where(outlook.judged[columns].notna(), "").to_dict("records")
    digits = [target_decimals(row) for _, row in outlook.judged.iterrows()]
    return [row | {"decimals": outlook.decimals, "target_decimals": n} for row, n in zip(judged, digits, strict=True)]


def as_csv(columns: list[str], rows: list[dict]) -> str:
    """Rows as the text of a CSV file."""
    import io

    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()
