"""The nightly run set up: what would be written, what is, and that it is understood."""

import os
import shutil
import stat
import subprocess

import pytest
import yaml
from command import jospar

from helpers import UserError, files
from helpers.render import schedule


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home and commands of its own: systemctl and crontab keep what they are given."""
    fake = tmp_path / "bin"
    fake.mkdir()
    table, calls = tmp_path / "table", tmp_path / "calls"
    scripts = {
        "systemctl": f'echo "$@" >> "{calls}"',
        "crontab": f'if [ "$1" = -l ]; then cat "{table}" 2>/dev/null; else cat > "{table}"; fi',
    }
    for name, lines in scripts.items():
        (fake / name).write_text(f"#!/bin/sh\n{lines}\n", encoding="utf-8")
        (fake / name).chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{fake}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return tmp_path


def test_nothing_is_written_without_yes(home):
    before = sorted(home.rglob("*"))
    assert str(files.ROOT) in schedule.systemd(write=False)
    assert '"schedule" "run"' in schedule.systemd(write=False)
    assert "jospar schedule run" in schedule.cron(write=False)
    assert sorted(home.rglob("*")) == before


def test_the_service_and_the_timer_are_written_and_switched_on(home):
    schedule.systemd(write=True)
    folder = home / ".config" / "systemd" / "user"
    service = (folder / "jospar.service").read_text(encoding="utf-8")
    assert f"WorkingDirectory={files.ROOT}\n" in service
    assert str(schedule.command()) in service
    assert "{" not in service
    calls = (home / "calls").read_text(encoding="utf-8").splitlines()
    assert calls == ["--user daemon-reload", "--user enable --now jospar.timer"]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
@pytest.mark.parametrize("notify", ["", "mail -s \"50% of 'it'\" \\\\$USER"], ids=["untold", "told"])
@pytest.mark.parametrize("name", ["plain", "two words", "100 % sure"])
def test_systemd_understands_the_service(home, monkeypatch, name, notify):
    root = home / name
    (root / "bin").mkdir(parents=True)
    command = root / "bin" / "jospar"
    command.write_text("#!/bin/sh\n", encoding="utf-8")
    command.chmod(stat.S_IRWXU)
    monkeypatch.setattr(files, "ROOT", root)
    monkeypatch.setattr(schedule, "command", lambda: command)
    schedule.systemd(write=True, notify=notify, keep=5, refresh=True)
    folder = home / ".config" / "systemd" / "user"
    units = sorted(map(str, folder.iterdir()))
    assert len(units) == 2 + bool(notify)
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    ours = [line for line in checked.stderr.splitlines() if "jospar" in line]
    assert ours == []


def test_the_crontab_keeps_its_other_lines_and_has_ours_once(home):
    (home / "table").write_text("MAILTO=me\n0 1 * * * backup\n", encoding="utf-8")
    schedule.cron(write=True)
    schedule.cron(write=True)
    lines = (home / "table").read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["MAILTO=me", "0 1 * * * backup"]
    assert len(lines) == 3
    assert lines[2].endswith(schedule.MARK)


def test_the_line_of_the_crontab_runs_in_the_repository_whatever_its_name(home, monkeypatch):
    root = home / "100 % 'sure'"
    (root / "bin").mkdir(parents=True)
    command = root / "bin" / "jospar"
    command.write_text('#!/bin/sh\npwd > "$HOME/where"; echo "$@" > "$HOME/how"\n', encoding="utf-8")
    command.chmod(stat.S_IRWXU)
    monkeypatch.setattr(files, "ROOT", root)
    monkeypatch.setattr(schedule, "command", lambda: command)
    schedule.cron(write=True)
    line = (home / "table").read_text(encoding="utf-8").strip()
    fields, words = line.split(maxsplit=5)[:5], line.split(maxsplit=5)[5]
    assert all(field == "*" or field.isdigit() for field in fields)
    # What cron makes of it: a bare % would end the command.
    subprocess.run(["sh", "-c", words.replace("\\%", "%")], check=True)
    assert (home / "where").read_text(encoding="utf-8").strip() == str(root)
    assert (home / "how").read_text(encoding="utf-8").strip() == "schedule run"


def test_a_night_that_ended_before_its_time_is_told_and_a_failed_report_is_not_told_twice(home, monkeypatch):
    command = home / "jospar"
    monkeypatch.setattr(schedule, "command", lambda: command)
    schedule.cron(write=True, notify=f"cat > '{home}/heard'", keep=3)
    words = (home / "table").read_text(encoding="utf-8").split(maxsplit=5)[5]
    for code, told in ((0, False), (1, False), (2, True), (137, True)):
        command.write_text(f'#!/bin/sh\necho "$@" > "{home}/how"\nexit {code}\n', encoding="utf-8")
        command.chmod(stat.S_IRWXU)
        subprocess.run(["sh", "-c", words.replace("\\%", "%")], check=False)
        assert (home / "heard").exists() is told
    assert (home / "heard").read_text(encoding="utf-8").strip() == schedule.BROKEN
    assert (home / "how").read_text(encoding="utf-8").startswith("schedule run --keep 3 --notify cat")


def test_the_unit_that_tells_runs_what_was_asked(home):
    schedule.systemd(write=True, notify=f"cat > '{home}/100 heard'")
    unit = (home / ".config" / "systemd" / "user" / "jospar-failed.service").read_text(encoding="utf-8")
    words = unit.partition("ExecStart=")[2].strip()
    subprocess.run(["sh", "-c", words.replace("$$", "$").replace("%%", "%")], check=True)
    assert (home / "100 heard").read_text(encoding="utf-8").strip() == schedule.BROKEN


def test_a_missing_command_is_one_line(home, monkeypatch):
    monkeypatch.setenv("PATH", str(home / "nowhere"))
    with pytest.raises(UserError, match="crontab: not found on this machine"):
        schedule.cron(write=True)
    with pytest.raises(UserError, match="systemctl: not found on this machine"):
        schedule.systemd(write=True)


@pytest.mark.parametrize("earlier", ["", "an earlier unit\n"])
def test_without_a_bus_of_the_user_nothing_stays_of_what_was_written_and_an_earlier_unit_does(home, earlier):
    folder = home / ".config" / "systemd" / "user"
    folder.mkdir(parents=True)
    if earlier:
        (folder / "jospar.timer").write_text(earlier, encoding="utf-8")
    (home / "bin" / "systemctl").write_text(
        "#!/bin/sh\necho 'Failed to connect to bus' >&2; exit 1\n", encoding="utf-8"
    )
    with pytest.raises(UserError, match=r"Failed to connect to bus; nothing was installed; .* or choose --cron"):
        schedule.systemd(write=True, notify="cat")
    assert {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()} == (
        {"jospar.timer": earlier} if earlier else {}
    )


def test_one_of_the_two_ways_must_be_named():
    for words in ((), ("--systemd", "--cron")):
        result = jospar("schedule", "install", *words)
        assert result.returncode == 2
        assert result.stderr.strip() == "jospar: schedule install: name one of --systemd and --cron"


def test_nothing_that_is_committed_names_a_machine():
    for path in (files.ROOT / "schedule").iterdir():
        text = path.read_text(encoding="utf-8")
        assert str(files.ROOT) not in text
        assert "/home/" not in text


def test_the_workflow_runs_the_nightly_batch_every_night():
    workflow = yaml.safe_load((files.ROOT / "schedule" / "github-workflow.yml").read_text(encoding="utf-8"))
    # YAML reads the key `on` as true.
    assert len(workflow[True]["schedule"][0]["cron"].split()) == 5
    runs = [step.get("run", "") for step in workflow["jobs"]["render"]["steps"]]
    assert ".venv/bin/jospar render --batch nightly --if-changed" in runs
