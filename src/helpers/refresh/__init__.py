"""Brings the statistics up to date from their publishers, says what changed, and changes everything or nothing."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from filelock import FileLock, Timeout

from helpers import UserError, files
from helpers.refresh import answers, changes, requests, selection, writing
from helpers.refresh.answers import Keyed
from helpers.refresh.changes import Change, Facts, Known, Offer, Verdict
from helpers.refresh.readers import tidy
from helpers.refresh.requests import Request
from helpers.refresh.transport import USUAL, Limits

__all__ = ["MOST_LINES", "Outcome", "known_figures", "people", "refresh"]
__dir__ = __all__.copy

MOST_LINES = 12  # about one series that is held back


@dataclass
class Outcome:
    """What a refresh found: changes taken over, series held back, files left aside, series not asked, and faults."""

    changes: list[Change] = field(default_factory=list)
    held: list[Verdict] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)
    unasked: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)  # figures left out, since their periods can't be read

    def lines(self) -> list[str]:
        """The outcome in words, one line a fact."""
        if self.faults and not self.changes:
            return [*self.faults, "nothing was changed"]
        lines = [*self.faults, *self.unread, *map(str, self.changes)]
        for verdict in self.held:
            lines += [f"held back {verdict.series}: {line}" for line in _shortened(verdict.reasons)]
            # What vanished stands in the reasons already.
            lines += _shortened([f"  {change}" for change in verdict.changes if change.kind != "vanished"])
            lines.append(f"  to take it over: --accept {verdict.series}")
        lines += [f"left aside, answers no request: {', '.join(self.aside)}"] if self.aside else []
        if self.unasked:
            lines.append(f"not asked, for want of a fixed address (see --from-folder): {', '.join(self.unasked)}")
        counts = {kind: sum(change.kind == kind for change in self.changes) for kind in ("new", "revised", "vanished")}
        summary = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count) or "nothing new"
        return [*lines, f"{summary}; {len(self.held)} series held back"]


def _shortened(lines: list[str]) -> list[str]:
    return lines if len(lines) <= MOST_LINES else [*lines[:MOST_LINES], f"… and {len(lines) - MOST_LINES} more"]


def refresh(
    data: Path = files.DATA,
    sources: Collection[str] = (),
    folder: Path | None = None,
    dry_run: bool = False,
    accept: Collection[str] = (),
    today: date | None = None,
    limits: Limits = USUAL,
    tell: Callable[[str], None] = lambda line: None,
) -> Outcome:
    """What the publishers' answers, or the files of a folder, change in `data/statistics`; written unless `dry_run`.

    The outcome lists one fault a line. A publisher without a usable answer leaves the others' answers as they are;
    with a fault in a file of the folder, or in the tables that would be written, nothing changes.
    Raises UserError for an unknown source or series and while another refresh is at work.
    """
    place = data / "statistics"
    _known_series(place, accept)
    every = requests.load(place)
    asked = requests.of_sources(every, place, sources)
    try:
        with FileLock(data / ".refresh.lock", timeout=0):
            read, faults, aside = _read(asked, folder, limits, tell)
            # One publisher's bad answer leaves the others'; a folder was chosen as a whole.
            outcome = Outcome() if faults and folder else _outcome(place, every, read, bool(folder), accept)
            outcome.faults = faults + outcome.faults
            counts = {key: table.attrs.get("left_out") for key, table in read.items()}
            outcome.unread = [f"left out of {' '.join(key)}: {tidy.unread(n)}" for key, n in counts.items() if n]
            unasked = {request.series for request in asked if not request.publisher.address}
            outcome.aside, outcome.unasked = aside, [] if folder else sorted(unasked)
            if folder and outcome.faults:
                outcome.changes = []
            elif broken := writing.write(data, outcome.changes, every, today or date.today(), dry_run):
                outcome.changes, outcome.faults = [], outcome.faults + broken
            return outcome
    except Timeout:
        raise UserError("another refresh is at work; wait until it has ended") from None


def _read(
    asked: list[Request], folder: Path | None, limits: Limits, tell: Callable[[str], None]
) -> tuple[Keyed, list[str], list[str]]:
    """Answers, faults, and the names of files that answer nothing."""
    if folder is None:
        if not any(request.publisher.address for request in asked):
            source = asked[0].publisher.source if asked else "none"
            raise UserError(f"--source {source}: has no fixed address; download its files and give --from-folder")
        return *answers.from_publishers(asked, limits, tell), []
    read, faults, aside = answers.from_folder(folder, asked, limits.size)
    if not read and not faults:
        raise UserError(f"--from-folder {folder.name}: no file there answers a request of requests.csv")
    return read, faults, aside


def _known_series(place: Path, accept: Collection[str]) -> None:
    codes = [row["series"] for row in files.read_rows(place / "series.csv")]
    if unknown := [code for code in accept if code not in codes]:
        raise UserError(f"--accept {unknown[0]}: is not in series.csv; {files.nearest(unknown[0], codes)}")


def _outcome(place: Path, every: list[Request], read: Keyed, partial: bool, accept: Collection[str]) -> Outcome:
    """The changes of every series that was answered, and a fault for every answer that doesn't hold its figures."""
    table = files.read_table(place / "series.csv").set_index("series")
    typed, known = requests.typed_in(place), known_figures(place)
    offers, faults = _offers(every, read, table["frequency"].to_dict(), requests.area_codes(place))
    outcome = Outcome(faults=faults)
    for series, given in offers.items():
        unread = tuple(one for one in every if one.series == series and one.key not in read)
        facts = Facts(known.get(series, {}), int(table.loc[series, "decimals"]), typed.get(series, ()), unread, partial)
        try:
            verdict = changes.judge(series, given, facts)
        except UserError as fault:
            outcome.faults.append(f"{given[0].request.name}: {series}: {fault}")
            continue
        if verdict.reasons and series not in accept:
            outcome.held.append(verdict)
        else:
            outcome.changes += verdict.changes
    outcome.changes.sort(key=lambda change: (change.series, change.area, change.period))
    return outcome


def _offers(
    every: list[Request], read: Keyed, frequencies: dict[str, str], codes: dict[str, str]
) -> tuple[dict[str, list[Offer]], list[str]]:
    """The figures that each series is offered, in the order of its sources; the parts of a sum are one offer."""
    offers: dict[str, list[Offer]] = {}
    parts: dict[str, list[Offer]] = {}
    faults = []
    for request in sorted((one for one in every if one.key in read), key=lambda one: one.rank):
        try:
            chosen = selection.select(read[request.key], request, frequencies[request.series], codes)
        except UserError as fault:
            faults.append(f"{request.name}: {fault}")
            continue
        (parts if request.part else offers).setdefault(request.series, []).append(Offer(request, *chosen))
    for series, given in parts.items():
        if len(given) == sum(one.series == series and one.part for one in every):
            whole = selection.added([offer.figures for offer in given])
            marks = {key: mark for offer in given for key, mark in offer.marks.items()}
            offers.setdefault(series, []).insert(0, Offer(given[0].request, whole, given[0].unit, marks))
    return offers, faults


def known_figures(place: Path) -> dict[str, dict[changes.Key, Known]]:
    """The newest figure of every series, area and period, as printed; a withdrawn one is not known."""
    rows = files.read_table(place / "observations.csv")
    rows = rows.sort_values("read_on", kind="stable").drop_duplicates(["series", "area", "period"], keep="last")
    figures: dict[str, dict[changes.Key, Known]] = {}
    for row in rows[rows["status"] != "withdrawn"].itertuples(index=False):
        figures.setdefault(row.series, {})[row.area, row.period] = Known(row.value, row.source, row.status)
    return figures
