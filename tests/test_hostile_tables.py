"""Tables that people write or a run left, damaged in every way that one by hand can: read right, or one line.

Decisions, own figures and a run's tables go through the same mill; nothing of it is a traceback, and nothing is lost
without a word.
"""

import os
from pathlib import Path

import pytest

from helpers import UserError, files, statistics
from helpers.record import compare
from helpers.statistics import store
from helpers.targets import decisions

DECISIONS = b"indicator,method,since,add,who,day,why\n11,,2015,2026:+0.2,A,2026-01-01,Why\n"
FORECASTS = b"indicator,area,plan,as_of,period,value,series,q50,adjustment,method,version\n"
FORECASTS += b"11,KAZ,data/plan,2026-01-01,2026,1,unemployment,4.5,0,drift,1\n"
FIGURES = b"indicator,area,plan,as_of,period,value,series,status\n"
FIGURES += b"11,KAZ,data/plan,2026-01-01,2025,4.6,unemployment,final\n"
SERIES = (
    b"series,indicator,role,name_kk,name_ru,name_en,unit,frequency,definition,better,lower_bound,upper_bound,breaks,"
)
SERIES += b"decimals,release_lag_days,gaps,note,overlay\n"
SERIES += b"own_3,3,indicator,a,b,c,%,A,n,higher,0,100,2019,1,60,irregular,n,replaces\n"
OBSERVATIONS = b"series,area,period,value,status,source,published,read_on\n"
OBSERVATIONS += b"own_3,KAZ,2025,51.5,final,own_x,,2026-11-25\n"
READ = {
    "BOM": lambda good: b"\xef\xbb\xbf" + good,
    "two BOMs": lambda good: b"\xef\xbb\xbf" * 2 + good,
    "Windows": lambda good: good.replace(b"\n", b"\r\n"),
    "an old Macintosh": lambda good: good.replace(b"\n", b"\r"),
    "blank lines": lambda good: good.replace(b"\n", b"\n\n"),
}
REFUSED = {
    "Latin-1": lambda good: good + b"\xe9",
    "cp1251": lambda good: good + "Причина".encode("cp1251"),
    "UTF-16": lambda good: good.decode().encode("utf-16"),
    "empty": lambda good: b"",
    "a column less": lambda good: b"\n".join(line.partition(b",")[2] for line in good.splitlines()),
    "a column twice": lambda good: b"\n".join(line + b"," + line.split(b",")[0] for line in good.splitlines()),
    "a cell more": lambda good: good.rstrip() + b",x\n",
    "a cell less": lambda good: good.rstrip().rpartition(b",")[0],
    "an open quote": lambda good: good.replace(b"\n", b'\n"', 1),
    "NUL": lambda good: good + b"\0",
    "semicolons": lambda good: good.replace(b",", b";"),
    "tabs": lambda good: good.replace(b",", b"\t"),
    "a page": lambda good: b"<!DOCTYPE html><html></html>",
    "a zip": lambda good: b"PK\x03\x04" + b"\1" * 100,
    "129 MB": lambda good: good + b"x" * (129 * 2**20),
}
PLACES = {
    "a folder": Path.mkdir,
    "a loop of links": lambda path: path.symlink_to(path.name),
    "a link to nothing": lambda path: path.symlink_to("nowhere"),
    "a pipe": os.mkfifo,
}
NUMBERS = ["1e400", "nan", "inf", '"1,5"', "=1+1", "12%", "1 234", "9" * 400]
PERIODS = [
    "-2025",
    "2025.0",
    "99999",
    "2025-13",
    "2025-Q5",
    "31.12.2025",
    "2025-12-31",
    "=A1",
    "2 025",
    "nan",
    "２０２５",
]


@pytest.fixture(params=["decisions", "forecasts", "figures", "series", "observations"])
def table(request, tmp_path, monkeypatch):
    """The path of a table, its content, and what reads it."""
    run, own = tmp_path / "run", tmp_path / "own"
    whole = {run / "forecasts.csv": FORECASTS, run / "figures.csv": FIGURES, tmp_path / "decisions.csv": DECISIONS}
    whole |= {own / "series.csv": SERIES, own / "observations.csv": OBSERVATIONS}
    for path, content in whole.items():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    (path,) = (path for path in whole if path.stem == request.param)
    if path.parent == own:
        monkeypatch.setenv("JOSPAR_OWN", str(own))

    def read():
        if path.parent == run:
            return compare.load(run, tmp_path)
        return decisions(["11"], path) if path.stem == "decisions" else own_values(monkeypatch, tmp_path)

    return path, whole[path], read


def own_values(monkeypatch, folder):
    """The own series as the house reads it, from tables that nobody read before."""
    published = folder / "published"
    if not published.exists():
        published.mkdir()
        for name in ("series.csv", "areas.csv", "sources.csv"):
            (published / name).write_bytes((files.STATISTICS / name).read_bytes())
        observations = (files.STATISTICS / "observations.csv").read_text(encoding="utf-8").splitlines()
        (published / "observations.csv").write_text("\n".join(observations[:200]) + "\n", encoding="utf-8")
    monkeypatch.setattr(files, "STATISTICS", published)
    known = (statistics._vintages, statistics._observations, statistics._series)
    for cache in (store.read, store.series_table, store.areas_table, store.all_observations, *known):
        cache.cache_clear()
    return statistics.series("own_3", folder=published).to_dict()


def test_what_office_programs_do_to_a_table_changes_nothing(table):
    path, good, read = table
    due = read()
    for name, change in READ.items():
        path.write_bytes(change(good))
        assert str(read()) == str(due), name


def refuses(read, case: str) -> None:
    with pytest.raises(UserError, match=r"\A[^\x00-\x1f\x7f\n]{10,600}\Z"):  # noqa: PT012
        read()
        pytest.fail(f"{case} was read")


@pytest.mark.slow
def test_a_damaged_table_and_what_is_no_file_are_one_line(table):
    path, good, read = table
    for name, change in REFUSED.items():
        path.write_bytes(change(good))
        refuses(read, name)
    for name, make in PLACES.items():
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        make(path)
        refuses(read, name)


CELLS = {
    "decisions": {
        "since": PERIODS[:-1], "add": ["2026:nan", "2026:+0,2", "2026", "26:+1", "9999:+1", "2026: +1", "=1"],
        "day": ["31.12.2025", "nan", "2026-13-45"], "who": ["  "], "method": ["nan", "=cmd"],
    },
    "forecasts": {"q50": NUMBERS, "period": PERIODS, "as_of": PERIODS[:5]},
    "figures": {"value": NUMBERS, "period": PERIODS},
    "series": {
        "lower_bound": NUMBERS[3:-1], "decimals": [*NUMBERS, "-1", "30"], "frequency": ["X", ""], "breaks": PERIODS,
        "release_lag_days": NUMBERS,
    },
    "observations": {"value": NUMBERS, "period": [*PERIODS, '""'], "status": ["nan", "sure"]},
}  # fmt: skip


@pytest.mark.slow
def test_a_cell_that_is_no_number_and_no_period_is_one_line(table):
    path, good, read = table
    head, row = good.decode().splitlines()
    for column, values in CELLS[path.stem].items():
        for value in values:
            cells = row.split(",")
            cells[head.split(",").index(column)] = value
            path.write_text(f"{head}\n{','.join(cells)}\n", encoding="utf-8")
            refuses(read, f"{column} {value}")


def test_a_reason_may_hold_what_people_type(tmp_path):
    (tmp_path / "d.csv").write_bytes(DECISIONS.replace(b"Why", "«Почему»\N{NO-BREAK SPACE}— ұлғаюы".encode()))
    assert decisions(["11"], tmp_path / "d.csv")["11"].why == "«Почему»\N{NO-BREAK SPACE}— ұлғаюы"


def test_what_is_out_of_reach_is_not_taken_for_absent_and_is_one_line(tmp_path, monkeypatch, capsys):
    def refused(*_, **__):
        raise PermissionError(13, "Permission denied", "own/observations.csv")

    import helpers.cli

    with monkeypatch.context() as reach:
        reach.setattr(Path, "lstat", refused)
        assert files.is_there(tmp_path / "decisions.csv")
    assert not files.is_there(tmp_path / "decisions.csv")
    monkeypatch.setattr(helpers.cli, "app", refused)
    with pytest.raises(SystemExit) as end:
        helpers.cli.main()
    assert end.value.code == 2
    assert capsys.readouterr().err == "jospar: own/observations.csv: Permission denied; ask for the right to it\n"
