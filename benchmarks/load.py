"""What many reports cost: whether the last are as fast as the first, and how more Dask workers help.

    python benchmarks/load.py [--reports 300] [--workers 1,2,4] [--each 24]

The reports are those of the regions, each as known on another day. A row of the first table is a sixth of them:
seconds a report on the clock, and the memory of the command and of the process that its kernels are forked from. The
second table renders some of them on workers of this machine, one report at a time on each.
"""

import argparse
import os
import tempfile
import time
from itertools import islice, product
from pathlib import Path

import psutil

from helpers import files, render
from helpers.render import cluster
from helpers.render.batch import Job, read_batch

PARTS = 6


def regional(number: int) -> list[Job]:
    """So many reports of regions in English: all regions as known at the end of each month, the newest first."""
    regions = list(dict.fromkeys(job.parameters["area"] for job in read_batch(batch="regions")))
    days = (f"{year}-{month:02}-28" for year, month in product(range(2026, 2010, -1), range(12, 0, -1)))
    pairs = islice(((day, area) for day in days if day < "2026-11" for area in regions), number)
    return [Job(files.NOTEBOOKS / "7_region.ipynb", {"area": area, "as_of": day}) for day, area in pairs]


def memory() -> tuple[int, int]:
    """MB of this process, and of the largest of those that it started and that are no kernel."""
    me = psutil.Process()
    others = [child.memory_info().rss for child in me.children()]
    return me.memory_info().rss >> 20, max(others, default=0) >> 20


def steady(number: int) -> None:
    """Render them in one run and print a row for each part of it."""
    ends, held = [time.perf_counter()], []

    def tell(_: dict) -> None:
        ends.append(time.perf_counter())
        if (len(ends) - 1) % (number // PARTS) == 0:
            held.append(memory())

    with tempfile.TemporaryDirectory(prefix="jospar-") as folder:
        os.environ["JOSPAR_CACHE"] = f"{folder}/.cache"
        render.run(regional(number), Path(folder), 2, tell)
    print("| reports | seconds a report | MB of the command | MB of the forking process |\n" + "| --- " * 4 + "|")
    for part, (own, forking) in enumerate(held):
        first, last = part * (number // PARTS), (part + 1) * (number // PARTS)
        print(f"| {first + 1} to {last} | {(ends[last] - ends[first]) / (last - first):.2f} | {own} | {forking} |")


def scaled(workers: list[int], number: int) -> None:
    """Render some of them on so many workers and print a row for each."""
    from distributed import LocalCluster

    os.environ["JOSPAR_CACHE"] = "none"
    print("\n| workers | reports a minute |\n| --- | --- |")
    for count in workers:
        options = {"threads_per_worker": 1, "processes": True, "dashboard_address": None}
        with (
            tempfile.TemporaryDirectory(prefix="jospar-") as folder,
            LocalCluster(n_workers=count, **options) as machines,
            cluster.cluster(machines.scheduler_address) as pool,
        ):
            render.run(regional(count), Path(folder) / "first", executor=pool)  # the workers start and load
            with cluster.cluster(machines.scheduler_address) as again:
                began = time.perf_counter()
                render.run(regional(number), Path(folder) / "then", executor=again)
        print(f"| {count} | {60 * number / (time.perf_counter() - began):.0f} |", flush=True)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=300)
    parser.add_argument("--workers", default="1,2,4")
    parser.add_argument("--each", type=int, default=24)
    arguments = parser.parse_args()
    steady(arguments.reports)
    scaled([int(count) for count in arguments.workers.split(",") if count], arguments.each)


if __name__ == "__main__":
    main()
