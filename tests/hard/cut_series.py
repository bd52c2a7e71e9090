"""Notebooks over series that are cut anywhere, have gaps anywhere, or have their next period already.

    python tests/hard/cut_series.py [--trials 20] [--seed 1] [--languages en kk ru] [--minutes 30]

A trial copies the data, changes every series of every area at a random place, and runs the code of every notebook in
one process with that copy, in every other trial as on a random day of the past. Prints what broke, with the trial's
seed, and the counts; what is refused in words, such as a first year after the last figure, is counted apart. Exit
code 1 if anything broke.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
CHECKED = (
    "import sys; sys.path.insert(0, sys.argv[1]); import cut_series; cut_series.run_all(sys.argv[2], sys.argv[3:])"
)


def following(period: str) -> str:
    """The period after one, as the tables write it."""
    if "-M" in period:
        return period
    freq = "Q" if "Q" in period else "M" if "-" in period else "Y"
    after = pd.Period(period, freq) + 1
    return f"{after.year}-Q{after.quarter}" if freq == "Q" else str(after)


def changed(rows: pd.DataFrame, chance: random.Random) -> pd.DataFrame:
    """A series of one area after one accident: cut at its end or its beginning, with gaps, with its next period."""
    rows = rows.sort_values("period")
    place = chance.randrange(len(rows))
    kind = chance.choice(["end", "beginning", "gaps", "recent gap", "next"])
    if kind == "next":
        return pd.concat([rows, rows.tail(1).assign(period=following(rows["period"].iloc[-1]))])
    if len(rows) < 2:
        return rows
    if kind == "gaps":
        return rows.drop(chance.sample(list(rows.index), chance.randint(1, max(1, len(rows) // 3))))
    if kind == "recent gap":
        return rows.drop(rows.index[-1 - chance.randrange(min(len(rows), 14))])
    return rows.iloc[: max(1, place)] if kind == "end" else rows.iloc[place:]


def copy_of_data(folder: Path, seed: int) -> Path:
    """A data folder in which every series of every area has had an accident."""
    shutil.copytree(ROOT / "data", folder, ignore=shutil.ignore_patterns("own", ".*"))
    path, chance = folder / "statistics" / "observations.csv", random.Random(seed)
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    parts = [changed(part, chance) for _, part in table.groupby(["series", "area"], sort=True)]
    pd.concat(parts).to_csv(path, index=False)
    return folder


def run_all(as_of: str, languages: list[str]) -> None:
    """Run the code of every notebook in this process, in each language, as on a day; a line for each that breaks."""
    import ast
    import contextlib
    import io
    import json
    import traceback

    import matplotlib as mpl
    import matplotlib.pyplot as plt

    mpl.use("agg")
    for path in sorted((ROOT / "notebooks").glob("[0-8]*.ipynb")):
        cells = [cell for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "code"]
        for language in languages if path.stem[0] != "8" else languages[:1]:
            names = {"__name__": "__main__"}
            try:
                for number, cell in enumerate(cells):
                    tree = ast.parse("".join(cell["source"]))
                    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
                    with contextlib.redirect_stdout(io.StringIO()):  # a notebook's own words are no faults
                        exec(compile(tree, path.name, "exec"), names)
                    shown = eval(compile(ast.Expression(last.value), path.name, "eval"), names) if last else None
                    if html := getattr(shown, "_repr_html_", None):
                        html()
                    if number == 0:
                        names |= {"language": language} | ({"as_of": as_of} if "as_of" in names else {})
            except Exception as fault:
                place = [frame for frame in traceback.extract_tb(fault.__traceback__) if "helpers" in frame.filename]
                where = f"{Path(place[-1].filename).name}:{place[-1].lineno}" if place else ""
                print(f"{path.stem} {language}: {type(fault).__name__}: {str(fault)[:200]} {where}", flush=True)
            plt.close("all")


def main() -> None:
    """Run the trials; exit code 1 if a notebook breaks in one."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("--trials", 20), ("--seed", 1), ("--minutes", 30)):
        options.add_argument(name, type=int, default=default)
    options.add_argument("--languages", nargs="+", default=["en", "kk", "ru"])
    given = options.parse_args()
    end, done, broken, refused = time.monotonic() + 60 * given.minutes, 0, 0, 0
    for seed in range(given.seed, given.seed + given.trials):
        if time.monotonic() > end:
            break
        with tempfile.TemporaryDirectory(prefix="cut-") as place:
            data = copy_of_data(Path(place) / "data", seed)
            # Every other trial looks back from a day in the past.
            day = (
                f"{random.Random(seed).randint(2006, 2026)}-{random.Random(-seed).randint(1, 12):02}-15"
                if seed % 2
                else ""
            )
            command = [sys.executable, "-c", CHECKED, str(Path(__file__).parent), day, *given.languages]
            run = subprocess.run(
                command, cwd=ROOT / "notebooks", env=os.environ | {"JOSPAR_DATA": str(data)}, text=True,
                capture_output=True,
            )  # fmt: skip
        lines = run.stdout.splitlines() + ([run.stderr.strip()[-300:]] if run.returncode else [])
        faults = [line for line in lines if ": UserError: " not in line]
        done, broken, refused = done + 1, broken + bool(faults), refused + len(lines) - len(faults)
        for line in lines:
            print(f"seed {seed}: {line}", flush=True)
    print(f"{done} trials, {broken} with a fault; {refused} notebooks refused in one line")
    raise SystemExit(bool(broken))


if __name__ == "__main__":
    main()
