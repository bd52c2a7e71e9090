"""What became of a run, for a mailer or a chat: a few lines of text, and the same as JSON."""

import json
import subprocess
from collections import Counter

FORMATS = ("both", "text", "json")
TIME_LIMIT = 60  # seconds for the command that passes a summary on


def counts(facts: dict) -> dict[str, int]:
    """How many reports were rendered, unchanged and failed."""
    found = Counter(report["status"] for report in facts["reports"])
    return {status: found[status] for status in ("rendered", "unchanged", "failed")}


def failures(facts: dict) -> list[dict]:
    """Each failed report: name, error, and the day of the copy shown in its place (empty when there is none)."""
    return [
        {"name": r["name"], "error": r["error"], "copy_of": (r.get("last_good") or {}).get("rendered", "")[:10]}
        for r in facts["reports"]
        if r["status"] == "failed"
    ]


def left_out(facts: dict) -> list[str]:
    """A line for each format that reports were to have and lack, with the number of them and why."""
    missing = Counter(lack for report in facts["reports"] for lack in report.get("left_out", {}).items())
    return [f"no {kind} of {n} report{'s' if n > 1 else ''}: {reason}" for (kind, reason), n in missing.items()]


def as_text(facts: dict) -> str:
    """A first line with the numbers, then a line for each failure."""
    said = ", ".join(f"{n} {status}" for status, n in counts(facts).items())
    lines = [f"Jospar {facts['run']}: {said}; {facts['seconds']:.1f} s"]
    for one in failures(facts):
        copy = f"the index shows the copy of {one['copy_of']}" if one["copy_of"] else "there is no earlier copy"
        lines.append(f"failed: {one['name']}: {one['error']} ({copy})")
    return "\n".join([*lines, *left_out(facts)]) + "\n"


def as_json(facts: dict) -> str:
    """The run, its numbers and its failures."""
    kept = ("run", "started", "seconds", "version", "commit", "data_read_on", "data_sha256", "asked")
    found = {key: facts[key] for key in kept} | counts(facts) | {"failures": failures(facts)}
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def notify(command: str, facts: dict, kind: str = "both") -> str:
    """Give the summary to a shell command on its standard input; returns what went wrong, or nothing."""
    parts = {"text": as_text(facts), "json": as_json(facts)}
    given = parts.get(kind, "\n".join(parts.values()))
    try:
        done = subprocess.run(
            command,
            shell=True,
            input=given,
            encoding="utf-8",
            errors="replace",
            capture_output=True,
            timeout=TIME_LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"--notify: the command took longer than {TIME_LIMIT} s and was ended"
    except OSError as error:
        return f"--notify: the command could not be run: {error.strerror}"
    if done.returncode == 0:
        return ""
    said = next(iter(done.stderr.strip().splitlines()), "no message")
    return f"--notify: the command ended with {done.returncode}: {said}"
