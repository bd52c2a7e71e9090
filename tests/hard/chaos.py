"""Renders that are stopped by random signals and that run out of room, and what they leave behind.

    python tests/hard/chaos.py [--trials 30] [--seed 1] [--minutes 30]

A trial of a signal renders two small notebooks and sends SIGINT, SIGTERM, SIGHUP or SIGKILL at a random moment. A
trial of a full disk leaves a random room on a small tmpfs; where none can be mounted, no file exceeds a random size.
A run that had ended before its signal is counted apart. Afterwards `latest` must be whole, no process of the trial may
live after 5 s, and the next run must end well. Prints the counts; exit code 1 if a trial fails.
"""

import argparse
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import nbformat
from nbformat import v4

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL]
MARK = "JOSPAR_CHAOS"  # in the environment of every process of a trial
BATCH = "batches:\n  default:\n  - notebook: a.ipynb\n    parameters: {n: [1, 2]}\n  - notebook: b.ipynb\n"
BYTES_BY_REPORT = 400_000  # letters that a report prints, so that a full disk meets it


def notebooks(folder: Path, trial: str = "") -> None:
    """Two notebooks, new in every trial, of which one takes a parameter, and their batch."""
    for name in ("a", "b"):
        cells = [v4.new_markdown_cell(f"# Report {name}"), v4.new_code_cell("n = 0", metadata={"tags": ["parameters"]})]
        cells += [v4.new_code_cell(f"import time\ntime.sleep(1)\nprint('x' * {BYTES_BY_REPORT} + str(n))  # {trial}")]
        nbformat.write(v4.new_notebook(cells=cells), folder / f"{name}.ipynb")
    (folder / "batch.yml").write_text(BATCH)


def render(folder: Path, trial: str, limit: int = 0, outputs: Path | None = None) -> subprocess.Popen:
    """A render of the batch in the folder, under way; `limit` is the largest size of a file, in bytes."""

    def before() -> None:
        if limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    command = [sys.executable, "-m", "helpers.cli", "render", "--file", folder / "batch.yml"]
    return subprocess.Popen(
        [*command, "--output", outputs or folder / "outputs", "--quiet"],
        env=os.environ | {MARK: trial},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=before,
        start_new_session=True,
    )


def alive(trial: str) -> list[int]:
    """The processes that the trial started and that still live."""
    mark, numbers = f"{MARK}={trial}".encode(), []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (path / "environ").read_bytes().split(b"\0"):
                numbers.append(int(path.name))
        except OSError:
            continue
    return numbers


def faults_of_latest(outputs: Path) -> list[str]:
    """What is wrong with the run that `latest` names: its log and every file that the log names."""
    latest = outputs / "latest"
    if not latest.is_symlink():
        return ["latest is gone"]
    if not (latest / "run.json").is_file():
        return ["latest has no run.json"]
    log = json.loads((latest / "run.json").read_text())
    named = [name for report in log["reports"] if report["status"] != "failed" for name in report["files"]]
    faults = [f"latest lacks {name}" for name in named if not (latest / name).is_file()]
    return faults + ([] if log.get("complete") and (outputs / "index.html").is_file() else ["latest is not complete"])


def faults_after(folder: Path, trial: str, outputs: Path) -> list[str]:
    """What is wrong after a trial: processes that live on, `latest`, the next run."""
    end = time.monotonic() + 5
    while alive(trial) and time.monotonic() < end:
        time.sleep(0.1)
    faults = [f"{len(alive(trial))} processes live on"] if alive(trial) else []
    for number in alive(trial):
        os.kill(number, signal.SIGKILL)
    faults += faults_of_latest(outputs)
    after = render(folder, trial, outputs=outputs)
    error = after.communicate(timeout=600)[1]
    faults += [f"the next run: {error.strip()[-200:]}"] if after.returncode else []
    return faults + faults_of_latest(outputs)


def stop(folder: Path, trial: str, chance: random.Random, seconds: float) -> tuple[str, list[str], float]:
    """A signal at a random moment of a run that takes about these seconds; its kind, what went wrong, how long it took.

    The last are the seconds of a run that had ended before, on a machine that is less busy by now, else those given.
    """
    kind, moment = chance.choice(SIGNALS), chance.uniform(0.1, seconds)
    notebooks(folder, trial)  # else nothing has changed, and the run ends at once
    run, began = render(folder, trial), time.monotonic()
    try:
        error, name = run.communicate(timeout=moment)[1], "already ended"  # counted apart: it tells nothing of signals
        seconds = time.monotonic() - began
    except subprocess.TimeoutExpired:
        run.send_signal(kind)
        error, name = run.communicate(timeout=60)[1], kind.name
    faults = ["a traceback"] if "Traceback" in error else []
    return name, faults + faults_after(folder, trial, folder / "outputs"), seconds


def fill(folder: Path, trial: str, chance: random.Random, disk: Path | None) -> tuple[str, list[str]]:
    """A run without enough room; the kind and what went wrong."""
    outputs, limit, ballast = folder / "outputs", chance.randrange(1_000, 3 * BYTES_BY_REPORT), None
    if disk:
        outputs, ballast = disk / "outputs", disk / "ballast"
        free = os.statvfs(disk)
        size = max(0, free.f_bavail * free.f_frsize - chance.randrange(20_000, 4 * BYTES_BY_REPORT))
        ballast.write_bytes(b"\0" * size)
    run = render(folder, trial, 0 if disk else limit, outputs)
    error = run.communicate(timeout=600)[1]
    if ballast:
        ballast.unlink()
    kind = "full disk" if disk else "file too large"
    return kind, (["a traceback"] if "Traceback" in error else []) + faults_after(folder, trial, outputs)


def mount(folder: Path) -> Path | None:
    """A tmpfs of 24 MB; none where this user can't mount."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder]
    try:
        return None if subprocess.run(command, capture_output=True).returncode else folder
    except OSError:
        return None


def main() -> None:
    """Run the trials; exit code 1 if one fails."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("--trials", 30), ("--seed", 1), ("--minutes", 30)):
        options.add_argument(name, type=int, default=default)
    given = options.parse_args()
    chance, end, counts, bad = random.Random(given.seed), time.monotonic() + 60 * given.minutes, Counter(), 0
    with tempfile.TemporaryDirectory(prefix="chaos-") as place:
        folder = Path(place)
        notebooks(folder)
        disk = mount(folder / "disk")
        try:
            seconds = 0.0
            for outputs in filter(None, (disk and disk / "outputs", folder / "outputs")):
                started = time.monotonic()
                first = render(folder, "first", outputs=outputs)
                error = first.communicate(timeout=600)[1]
                assert not first.returncode, error
                seconds = time.monotonic() - started
            for n in range(given.trials):
                if time.monotonic() > end:
                    break
                trial = f"{os.getpid()}-{n}"
                if n % 4 == 3:
                    kind, faults = fill(folder, trial, chance, disk)
                else:
                    kind, faults, seconds = stop(folder, trial, chance, seconds)
                counts[kind] += 1
                bad += bool(faults)
                print(f"{n + 1}/{given.trials} {kind}: {'; '.join(faults) or 'well'}", flush=True)
        finally:
            if disk:
                subprocess.run(["umount", "-l", disk], check=False)
    print(f"{counts.total()} trials, {bad} with a fault: {', '.join(f'{k} {v}' for k, v in sorted(counts.items()))}")
    raise SystemExit(bool(bad))


if __name__ == "__main__":
    main()
