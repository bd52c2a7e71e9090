"""Which series comes from where: the rows of `requests.csv` and `publishers.csv`, and the names of areas."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from helpers import UserError, files
from helpers.refresh.readers import tidy

FORMS = {
    "transformation": r"((times|plus|minus) [0-9]+(\.[0-9]+)?|chain [12][0-9]{3})?",
    "revision_bound": r"[0-9]*(\.[0-9]+)?",
}
HAND = "hand"  # the source of figures that people type in


@dataclass(frozen=True)
class Publisher:
    """A row of `publishers.csv`: how one publisher is asked, and in which formats it answers."""

    source: str
    publisher: str
    title: str
    title_kk: str
    title_ru: str
    formats: str
    address: str
    fields: str
    hosts: str
    named_by: str
    licence: str


@dataclass(frozen=True)
class Request:
    """A row of `requests.csv`: where a series comes from. `rank` 0 is the first source of a series, 1 the second."""

    series: str
    request: str
    item: str
    areas: str
    periods: str
    unit: str
    transformation: str
    bound: str
    rank: int
    publisher: Publisher

    @cached_property
    def words(self) -> dict[str, str]:
        """The words of the request by name: `index=704449` is index and 704449."""
        return dict(word.split("=", 1) for word in self.request.split(" ") if "=" in word)

    @property
    def key(self) -> tuple[str, str]:
        """What tells one answer from another: the source and the words of the request."""
        return self.publisher.source, self.request

    @property
    def name(self) -> str:
        """How a fault names the answer: `taldau index=704449 measure=7`."""
        return f"{self.publisher.source} {self.request}"

    @property
    def source(self) -> str:
        """The code in `sources.csv` of figures from this answer: `taldau_704449`."""
        parts = [*self.words.values()] if self.publisher.source == "world_bank" else [*self.words.values()][:1]
        code = parts[-1] if parts else ""
        return re.sub(r"[^a-z0-9]+", "_", f"{self.publisher.source}_{code}".lower()).strip("_")

    @property
    def part(self) -> bool:
        """Whether the figures are a part of the series only, to be added to others."""
        return self.transformation.split(" ")[0] in ("plus", "minus")

    def filled(self, template: str, **more: str) -> str:
        """A template of `publishers.csv` with the words of the request in their places."""
        try:
            return template.format(**self.words, **more)
        except (KeyError, IndexError, ValueError) as error:
            raise UserError(f"requests.csv, {self.name}: the address needs {error}; add it to the request") from None


def load(folder: Path) -> list[Request]:
    """The requests of a folder of statistics in the order of the table, without what is typed in by hand."""
    publishers = {row["source"]: row for row in files.read_rows(folder / "publishers.csv")}
    series = {row["series"] for row in files.read_rows(folder / "series.csv")}
    ranks: dict[str, int] = {}
    requests = []
    for line, row in enumerate(files.read_rows(folder / "requests.csv"), 2):
        if row["source"] == HAND:
            continue
        for column, known in (("series", series), ("source", publishers)):
            if row[column] not in known:
                words = f"{row[column]!r} is unknown; {files.nearest(row[column], known)}"
                raise UserError(f"requests.csv, line {line}, {column}: {words}")
        for column, form in FORMS.items():
            if not re.fullmatch(form, row[column]):
                words = f"{row[column]!r} has a wrong form; see datapackage.json"
                raise UserError(f"requests.csv, line {line}, {column}: {words}")
        facts = {name: publishers[row["source"]][name] for name in Publisher.__dataclass_fields__}
        # The parts of a sum are one source together.
        part = row["transformation"].startswith(("plus", "minus"))
        rank = 0 if part else ranks.get(row["series"], 0)
        ranks[row["series"]] = rank + 1
        own = {name: row[name] for name in Request.__dataclass_fields__ if name in row}
        requests.append(Request(**own, rank=rank, bound=row["revision_bound"], publisher=Publisher(**facts)))
    return requests


def of_sources(requests: list[Request], folder: Path, sources: Collection[str]) -> list[Request]:
    """The requests to these sources, or all; raises UserError for a source that is not in publishers.csv."""
    known = [row["source"] for row in files.read_rows(folder / "publishers.csv") if row["source"] != HAND]
    for source in sources:
        if source not in known:
            raise UserError(f"--source {source}: is not in publishers.csv; {files.nearest(source, known)}")
    return [request for request in requests if not sources or request.publisher.source in sources]


def typed_in(folder: Path) -> dict[str, tuple[str, ...]]:
    """For each series, how the codes of the sources begin whose figures are typed in and no answer confirms."""
    rows = [row for row in files.read_rows(folder / "requests.csv") if row["source"] == HAND]
    return {row["series"]: tuple(row["request"].split(" ")) for row in rows}


def area_codes(folder: Path) -> dict[str, str]:
    """Codes of areas by every name that publishers give them, as `normal` writes it."""
    codes = {}
    for row in files.read_rows(folder / "areas.csv"):
        codes |= {normal(row[name]): row["area"] for name in ("area", "name_kk", "name_ru", "name_en")}
    return codes | {normal(row["name"]): row["area"] for row in files.read_rows(folder / "area_names.csv")}


def normal(name: str) -> str:
    """A name of an area as it is compared: without capitals, without the space after `г.`."""
    return tidy.name(name).casefold().replace("г. ", "г.")
