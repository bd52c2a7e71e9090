"""The record's tables behind notebook 6: made by one command, kept with the facts of their making, read by name."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from helpers import files
from helpers.forecast import read_panel
from helpers.record import scores as record
from helpers.render import provenance

FOLDER = files.DATA / "record"
TABLES = {
    "record": record.COLUMNS,
    "calibration": ["method", "tenth", "n", "stated", "observed", "observed_plain"],
    "by_indicator": ["indicator", "n", *record.NAMES],
    "made": ["made_on", "version", "commit", "series", "left_out", "first_year", "last_year", "panel_sha256"],
}
# With a probability of its own for every target; the others say one of a few words.
CALIBRATED = ("ours", "naive", "oecd")


def publish(panel_path: str | Path, folder: Path = FOLDER, jobs: int | None = None) -> pd.DataFrame:
    """The record of a panel (see `record.summary`), written with its calibration and the facts of its making."""
    panel = read_panel(panel_path)
    scored = record.score(panel, jobs)
    table = record.summary(scored)
    parts = [record.calibration(scored, method).assign(method=method) for method in CALIBRATED]
    tables = {"record": table, "calibration": pd.concat(parts), "by_indicator": record.by_indicator(scored)}
    tables["made"] = facts(Path(panel_path), panel, len(scored.left_out))
    texts = {name: rows[TABLES[name]].to_csv(index=False, float_format="%.6g") for name, rows in tables.items()}
    folder.mkdir(parents=True, exist_ok=True)
    files.write_all({folder / f"{name}.csv": words for name, words in texts.items()})
    return table


def facts(path: Path, panel: pd.DataFrame, left_out: int) -> pd.DataFrame:
    """One row: the day, what made the record, and which panel it was made on (by content, not by name)."""
    source, years = provenance(), panel["period"]
    row = {"made_on": f"{datetime.now(UTC):%Y-%m-%d}", "version": source["version"], "commit": source["commit"]}
    row |= {"series": panel["series_id"].nunique(), "left_out": left_out}
    row |= {"first_year": years.min(), "last_year": years.max()}
    return pd.DataFrame([row | {"panel_sha256": hashlib.sha256(path.read_bytes()).hexdigest()}])


def read(name: str, folder: Path = FOLDER) -> pd.DataFrame:
    """One of TABLES by its name; a missing or strange one says how it is made again."""
    path = folder / f"{name}.csv"
    remake = "make it again with `jospar record --panel FILE.csv --publish`"
    files.read_rows(path, TABLES[name], remake, exact=True)
    return pd.read_csv(path, dtype={"horizon": str, "version": str, "commit": str}, encoding="utf-8-sig")
