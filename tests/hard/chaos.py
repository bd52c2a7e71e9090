"""What a run leaves when it is stopped at a random moment, or when the disk is full: `make chaos`.

    python tests/hard/chaos.py [--signals 20] [--disks 10] [--seed 1]

Each trial starts from a complete run, spoils the next one, and asks: is the latest run whole, is no process left after
five seconds, is the fault told without a traceback, does the run after it succeed? Counts at the end; exit code 1 where
one answer is no. A small file system in memory is the full disk; without the right to mount one, no such trials.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import nbformat
import psutil
from nbformat.v4 import new_code_cell, new_notebook

JOSPAR = Path(sys.executable).with_name("jospar")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL)
LIMIT, PATIENCE = 120, 5.0  # seconds for a run, and for its processes to end
CELL = "import subprocess, time\nsubprocess.Popen(['sleep', '300'], start_new_session=True)\n"
CELL += "print('x' * SIZE)\ntime.sleep(0.3)"
SPEC = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def notebooks(folder: Path, size: int) -> list[Path]:
    """Four notebooks that leave a process in a session of its own and show `size` letters; other ones at each call."""
    paths = [folder / f"{name}.ipynb" for name in "abcd"]
    for path in paths:
        cells = [new_code_cell(f"# {time.time_ns()}\n{CELL.replace('SIZE', str(size))}")]
        nbformat.write(new_notebook(cells=cells, metadata=SPEC), path)
    return paths


def start(paths: list[Path], out: Path, mark: str) -> subprocess.Popen:
    """A run of the notebooks whose processes all carry the mark."""
    words = [JOSPAR, "render", *paths, "--output", out, "--jobs", "2"]
    env = os.environ | {"CHAOS_MARK": mark}
    options = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True, "env": env}
    return subprocess.Popen(list(map(str, words)), start_new_session=True, **options)


def marked(mark: str) -> list[psutil.Process]:
    """Processes of a run that have not ended."""
    processes = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get("CHAOS_MARK") == mark and process.status() != psutil.STATUS_ZOMBIE:
                processes.append(process)
    return processes


def left(mark: str) -> bool:
    """Whether a process of the run outlives it by more than PATIENCE; it is killed then."""
    end = time.monotonic() + PATIENCE
    while (processes := marked(mark)) and time.monotonic() < end:
        time.sleep(0.1)
    for process in processes:
        with suppress(psutil.Error):
            process.kill()
    return bool(processes)


def whole(out: Path) -> bool:
    """Whether the latest run is there with each page that its log names, and the index beside it."""
    log = json.loads((out / "latest" / "run.json").read_text(encoding="utf-8"))
    pages = [out / "latest" / f"{report['name']}.html" for report in log["reports"]]
    index = (out / "index.html").read_text(encoding="utf-8")
    return index.rstrip().endswith("</html>") and all(
        page.read_text(encoding="utf-8").rstrip().endswith("</html>") for page in pages
    )


def answers(out: Path, errors: str, mark: str, name: str) -> Counter:
    """What one trial found, after its spoilt run has ended."""
    result = Counter({f"{name}: trials": 1, f"{name}: a process left": left(mark)})
    result[f"{name}: a traceback"] = "Traceback" in errors
    try:
        result[f"{name}: latest not whole"] = not whole(out)
    except (OSError, ValueError, KeyError):
        result[f"{name}: latest not whole"] = 1
    return result


def following(out: Path, paths: list[Path], name: str) -> Counter:
    """Whether the next run succeeds and is whole."""
    done = start(paths, out, "next")
    _, errors = done.communicate(timeout=LIMIT)
    good = done.returncode == 0 and whole(out)
    if not good:
        print(errors, file=sys.stderr)
    left("next")
    return Counter({f"{name}: the next run failed": not good})


def interrupted(folder: Path, dice: random.Random, number: int) -> Counter:
    """A run that gets a random signal at a random moment."""
    out, mark, chosen = folder / "out", f"signal-{number}", dice.choice(SIGNALS)
    process = start(paths := notebooks(folder, 1000), out, mark)
    with suppress(subprocess.TimeoutExpired):
        process.wait(dice.uniform(0.2, 9))
    with suppress(ProcessLookupError):
        process.send_signal(chosen)
    _, errors = process.communicate(timeout=LIMIT)
    name = "ended before" if process.returncode == 0 else chosen.name
    return answers(out, errors, mark, name) + following(out, paths, name)


def filled(folder: Path, dice: random.Random, number: int) -> Counter:
    """A run that fills the disk at a random byte; then there is room again."""
    disk, mark, name = folder / "disk", f"disk-{number}", "full disk"
    disk.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200m", "jospar-chaos", disk], check=True)
    try:
        out = disk / "out"
        first = following(out, notebooks(folder, 1000), f"{name}, before")
        used = sum(path.stat().st_size for path in disk.rglob("*") if path.is_file())
        room = used + dice.randint(10_000, 3_000_000)
        subprocess.run(["mount", "-o", f"remount,size={room}", disk], check=True)
        process = start(paths := notebooks(folder, 300_000), out, mark)
        _, errors = process.communicate(timeout=LIMIT)
        result = answers(out, errors, mark, name)
        result[f"{name}: exit code {process.returncode}"] = 1
        subprocess.run(["mount", "-o", "remount,size=200m", disk], check=True)
        return first + result + following(out, paths, name)
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


def main() -> int:
    """Run the trials and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--signals", type=int, default=20, help="trials with a signal")
    parser.add_argument("--disks", type=int, default=10, help="trials with a full disk")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    dice, total = random.Random(asked.seed), Counter()
    with tempfile.TemporaryDirectory(prefix="chaos-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        total += following(folder / "out", notebooks(folder, 1000), "first")
        for number in range(asked.signals):
            total += interrupted(folder, dice, number)
        for number in range(asked.disks if os.geteuid() == 0 else 0):
            total += filled(folder, dice, number)
    for what, count in sorted(total.items()):
        print(f"{count:4d} {what}")
    bad = [what for what, count in total.items() if count and not what.endswith("trials") and "exit code" not in what]
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
