"""The nightly run set up: a systemd timer of the user's, or a line of the user's crontab, from the folder schedule/."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

from helpers import UserError, files

TEMPLATES = files.ROOT / "schedule"
MARK = "# jospar nightly"
BROKEN = "Jospar: the nightly run ended before its time; the index shows the run before"


def command() -> Path:
    """The command `jospar` of the Python that runs."""
    return Path(sys.executable).with_name("jospar")


def template(name: str) -> str:
    """The text of a file of the folder schedule/."""
    try:
        return (TEMPLATES / name).read_text(encoding="utf-8")
    except OSError:
        raise UserError(f"schedule/{name} is missing; run jospar from the repository that it belongs to") from None


def night(notify: str, keep: int, refresh: bool) -> list[str]:
    """The words after `jospar` of the nightly command."""
    words = ["schedule", "run", *(["--refresh"] if refresh else []), *(["--keep", str(keep)] if keep else [])]
    return [*words, *(["--notify", notify] if notify else [])]


def systemd(write: bool, notify: str = "", keep: int = 0, refresh: bool = False) -> str:
    """What was written, or would be: the service and the timer, and how the timer is switched on."""
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config", "systemd", "user")
    names = ("jospar.service", "jospar.timer", *(["jospar-failed.service"] if notify else []))
    units = {folder / name: unit(name, notify, night(notify, keep, refresh)) for name in names}
    switch_on = ["systemctl", "--user", "enable", "--now", "jospar.timer"]
    if not write:
        shown = "\n".join(f"{path}:\n{content}" for path, content in units.items())
        return f"Would write\n{shown}\nand run: {shlex.join(switch_on)}\nNothing is written without --yes."
    before = {path: path.read_text(encoding="utf-8") for path in units if path.is_file()}
    _write(units)
    try:
        run(["systemctl", "--user", "daemon-reload"])
        run(switch_on)
    except UserError as fault:  # such as where the user has no session: no bus to ask
        _write(before)
        for path in units.keys() - before.keys():
            path.unlink()
        raise UserError(f"{fault}; nothing was installed; log in as yourself, not by su, or choose --cron") from None
    return f"wrote {folder}/jospar.service and jospar.timer; the timer is on (see it: systemctl --user list-timers)"


def unit(name: str, notify: str, words: list[str]) -> str:
    """A unit out of its template; `words` follow `jospar` in the nightly command."""
    whole = template(name)
    if "{repository}" in whole:
        whole = whole.split("\n", 1)[1]  # the first line is about the template
    # A failed report is told by the run itself; what ends it before that is told by the other unit.
    filled = {"{told}\n": "OnFailure=jospar-failed.service\n", "{codes}\n": "SuccessExitStatus=1\n"}
    filled = filled if notify else dict.fromkeys(filled, "")
    # systemd reads % as the start of a specifier everywhere, quotes, backslashes and $ in commands only.
    filled |= {"{repository}": str(files.ROOT).replace("%", "%%")}
    filled |= {"{command}": " ".join([quoted(str(command())), *(quoted(w).replace("$", "$$") for w in words)])}
    filled |= {"{tell}": quoted(telling(notify)).replace("$", "$$")}
    for mark, content in filled.items():
        whole = whole.replace(mark, content)
    return whole


def quoted(word: str) -> str:
    """A word as systemd reads it in a command."""
    return '"' + word.replace("%", "%%").replace("\\", "\\\\").replace('"', '\\"') + '"'


def telling(notify: str) -> str:
    """The shell's words that tell of a run that ended before it could tell of itself."""
    return f"echo {shlex.quote(BROKEN)} | {{ {notify}; }}"


def _write(contents: dict[Path, str]) -> None:
    try:
        for path, content in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{error.filename}: {error.strerror}; the schedule was not installed") from None


def cron(write: bool, notify: str = "", keep: int = 0, refresh: bool = False) -> str:
    """What was written, or would be: the user's crontab with our line, in place of an earlier one of ours."""
    words = f"cd {shlex.quote(str(files.ROOT))} && {shlex.join([str(command()), *night(notify, keep, refresh)])}"
    if notify:
        words += f"; [ $? -le 1 ] || {telling(notify)}"
    # cron reads % as the end of the command.
    line = template("crontab").strip().replace("{command}", words.replace("%", "\\%"))
    if not write:
        return f"Would add to your crontab:\n{line}\nNothing is written without --yes."
    # Without a crontab, `crontab -l` fails and says nothing on its output.
    before = run(["crontab", "-l"], may_fail=True)
    others = [old for old in before.splitlines() if not old.rstrip().endswith(MARK)]
    run(["crontab", "-"], "\n".join([*others, line]) + "\n")
    return f"added to your crontab:\n{line}"


def run(words: list[str], given: str = "", may_fail: bool = False) -> str:
    """What a command of the system prints; a UserError when it isn't there or fails."""
    try:
        done = subprocess.run(words, input=given, capture_output=True, text=True, check=False)
    except OSError:
        raise UserError(f"{words[0]}: not found on this machine") from None
    if done.returncode and not may_fail:
        complaint = next(iter(done.stderr.strip().splitlines()), "no message")
        raise UserError(f"{shlex.join(words)}: ended with {done.returncode}: {complaint}")
    return "" if done.returncode else done.stdout
