"""How long a table of a million observations takes to load, and to ask for one series: `python benchmarks/vintages.py`.

The observations of the repository are repeated with a day of reading each, as a daily refresh of years would leave
them. The format is the CSV that people read: pandas' parser with categories for words needs no second format.
"""

import platform
import tempfile
import time
from datetime import date
from pathlib import Path

import pandas as pd

from helpers import files, statistics

ROWS = 1_000_000


def million(folder: Path) -> int:
    """Write a folder of statistics with a million observations; returns their number."""
    for name in ("series.csv", "areas.csv", "sources.csv"):
        (folder / name).write_bytes((files.STATISTICS / name).read_bytes())
    own = pd.read_csv(files.STATISTICS / "observations.csv", dtype=str, keep_default_na=False)
    days = pd.date_range("2027-01-01", periods=ROWS // len(own)).strftime("%Y-%m-%d")
    table = pd.concat([own, *(own.assign(read_on=day) for day in days)])
    table.sort_values(["series", "area", "period", "read_on"]).to_csv(folder / "observations.csv", index=False)
    return len(table)


def seconds(work) -> tuple[float, float]:
    """Wall and processor seconds of a call."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        count = million(folder)
        statistics.catalogue(folder)
        load = seconds(lambda: statistics.series("poverty", folder=folder))
        ask = seconds(lambda: statistics.series("unemployment", as_of="2028-01-01", folder=folder))
    print(f"{date.today()}, {platform.machine()}, {count:,} rows")
    print(f"load and first series: {load[0]:.2f} s ({load[1]:.2f} s of processor time)")
    print(f"another series as of a day: {ask[0]:.3f} s")
