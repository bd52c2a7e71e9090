"""What became of a run, for a mailer or a chat: changed verdicts, failures, counts; as text, JSON and short HTML."""

import json
import subprocess
from collections import Counter
from html import escape
from pathlib import Path

from helpers import files

FORMATS = ("both", "text", "json", "html")
TIME_LIMIT = 60  # seconds for the command that passes a summary on


def counts(facts: dict) -> dict[str, int]:
    """How many reports were rendered, unchanged and failed."""
    tally = Counter(report["status"] for report in facts["reports"])
    return {status: tally[status] for status in ("rendered", "unchanged", "failed")}


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


def said(facts: dict) -> dict[str, list[str]]:
    """The message by heading: which verdicts changed and why, what failed, what is missing, the numbers."""
    changed = [one["said"]["en"] for one in facts.get("changes", [])]
    broken = [f"refresh: {line}" for line in facts.get("refresh", [])]
    for one in failures(facts):
        copy = f"the index shows the copy of {one['copy_of']}" if one["copy_of"] else "there is no earlier copy"
        broken.append(f"failed: {one['name']}: {one['error']} ({copy})")
    numbers = ", ".join(f"{n} {status}" for status, n in counts(facts).items())
    last = [*left_out(facts), f"Jospar {facts['run']}: {numbers}; {facts['seconds']:.1f} s"]
    return {"Verdicts that changed": changed, "What failed": broken, "The run": last}


def as_text(facts: dict) -> str:
    """The message, one line a fact."""
    return "\n".join(line for lines in said(facts).values() for line in lines) + "\n"


def as_html(facts: dict) -> str:
    """The message as a short page for mail."""
    parts = [
        f"<h2>{escape(head)}</h2><ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"
        for head, lines in said(facts).items()
        if lines
    ]
    return f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Jospar</title>{"".join(parts)}</html>\n'


def write(facts: dict) -> None:
    """Put the message beside the reports of the run, in each form."""
    forms = {"txt": as_text, "json": as_json, "html": as_html}
    files.write_all({Path(facts["folder"]) / f"summary.{kind}": form(facts) for kind, form in forms.items()})


def as_json(facts: dict) -> str:
    """The run, its changed verdicts, its failures and its numbers."""
    names = ("run", "started", "seconds", "version", "commit", "data_read_on", "data_sha256", "asked")
    report = {key: facts[key] for key in names} | counts(facts) | {"failures": failures(facts)}
    report |= {"changes": facts.get("changes", []), "refresh": facts.get("refresh", [])}
    return json.dumps(report, ensure_ascii=False, indent=1) + "\n"


def notify(command: str, facts: dict, kind: str = "both") -> str:
    """Give the summary to a shell command on its standard input; returns what went wrong, or nothing."""
    parts = {"text": as_text(facts), "json": as_json(facts)}
    given = as_html(facts) if kind == "html" else parts.get(kind, "\n".join(parts.values()))
    try:
        streams = {"input": given, "encoding": "utf-8", "errors": "replace", "capture_output": True}
        done = subprocess.run(command, shell=True, timeout=TIME_LIMIT, check=False, **streams)
    except subprocess.TimeoutExpired:
        return f"--notify: the command took longer than {TIME_LIMIT} s and was ended"
    except OSError as error:
        return f"--notify: the command could not be run: {error.strerror}"
    if done.returncode == 0:
        return ""
    complaint = next(iter(done.stderr.strip().splitlines()), "no message")
    return f"--notify: the command ended with {done.returncode}: {complaint}"
