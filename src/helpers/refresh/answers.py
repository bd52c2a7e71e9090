"""Collects the answers to requests: from the publishers, or from a folder of downloaded files."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl

import pandas as pd

from helpers import UserError
from helpers.refresh import transport
from helpers.refresh.readers import formats, national_bank
from helpers.refresh.requests import Request
from helpers.refresh.transport import Answer, Limits

Keyed = dict[tuple[str, str], "Read"]


@dataclass(frozen=True)
class Read:
    """An answer that was read: its tidy table, its mark for the next conditional request, and its hash."""

    table: pd.DataFrame
    etag: str
    last_modified: str
    sha256: str


def from_publishers(
    requests: list[Request], marks: dict[tuple[str, str], Answer], limits: Limits, tell: Callable[[str], None]
) -> tuple[Keyed, list[str]]:
    """Answers by source and request, and faults in one line each; an unchanged answer is left out.

    A publisher that can't be reached is asked once. The parts of a sum are asked without condition, since one of them
    alone says nothing.
    """
    found, faults, absent = {}, [], set()
    whole = {request.key for request in requests if request.part}
    for request in {request.key: request for request in requests if request.publisher.address}.values():
        if request.publisher.source in absent:
            continue
        tell(f"asking {request.name}")
        known = None if request.key in whole else marks.get(request.key)
        try:
            answer = asked(request, known, limits)
            if answer.data is not None:
                expected = request.publisher.formats.split(" ")
                found[request.key] = read(answer.data, expected, answer.etag, answer.last_modified)
        except UserError as fault:
            faults.append(f"{request.name}: {fault}")
            absent |= {request.publisher.source} if isinstance(fault, transport.Absent) else set()
    return found, faults


def asked(request: Request, known: Answer | None, limits: Limits) -> Answer:
    """What the publisher sends for a request; the pages of a paged answer become one JSON list."""
    publisher = request.publisher
    hosts, paged = publisher.hosts.split(" "), "{page}" in publisher.address
    fields = dict(parse_qsl(request.filled(publisher.fields), keep_blank_values=True)) if publisher.fields else None
    pages: list[bytes] = []
    while True:
        address = request.filled(publisher.address, page=str(len(pages)))
        answer = transport.fetch(address, hosts, fields, None if paged else known, limits)
        if not paged or answer.data is None:
            return answer
        pages.append(answer.data)
        if national_bank.complete(pages) or sum(map(len, pages)) > limits.size:
            return Answer(json.dumps([json.loads(page) for page in pages]).encode())


def read(data: bytes, expected: Iterable[str], etag: str = "", last_modified: str = "") -> Read:
    """An answer as a tidy table; raises Unreadable when it is in none of the expected formats."""
    return Read(formats.read(data, expected), etag, last_modified, hashlib.sha256(data).hexdigest())


def from_folder(folder: Path, requests: list[Request], size: int) -> tuple[Keyed, list[str], list[str]]:
    """Answers by source and request, faults, and the names of files that answer no request.

    A file's format is told by its content. Which request it answers is told by its content too where that names the
    series, and by its name elsewhere: `unemployment_102790.xlsx`, `indicator_8-8-1.csv`.
    """
    if not folder.is_dir():
        raise UserError(f"--from-folder {folder.name}: is no folder; give the folder of the downloaded files")
    found: Keyed = {}
    faults, aside = [], []
    for path in sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")):
        named = [request for request in requests if _names(path, request)]
        try:
            one, kind = _opened(path, size)
        except UserError as fault:
            faults += [f"{path.name}: {fault}"] if named else []
            aside += [] if named else [path.name]
            continue
        if named and not any(kind in request.publisher.formats.split(" ") for request in named):
            faults.append(f"{path.name}: the file is {kind}, where {named[0].publisher.formats} was due")
        mine = {request.key for request in requests if _answers(one, kind, path, request)}
        faults += [f"{path.name}: answers {' '.join(key)} as another file does" for key in sorted(mine & set(found))]
        found |= dict.fromkeys(mine, one)
        aside += [] if mine or named else [path.name]
    return found, faults, aside


def _opened(path: Path, size: int) -> tuple[Read, str]:
    """A file as a tidy table, and its format."""
    if path.stat().st_size > size:
        raise UserError(f"has {path.stat().st_size / 2**20:.0f} MB, {size / 2**20:.0f} MB are allowed")
    data = path.read_bytes()
    kind = formats.recognise(data)
    return read(data, [kind]), kind


def _names(path: Path, request: Request) -> bool:
    """Whether the file's name holds the word that names the request: 8-8-1, but not as a part of 8-8-1-1."""
    word = request.words.get(request.publisher.named_by, "")
    alone = rf"(?<![A-Za-z0-9])(?<![0-9]-){re.escape(word)}(?![A-Za-z0-9]|-[0-9])"
    return bool(word) and bool(re.search(alone, path.stem))


def _answers(answer: Read, kind: str, path: Path, request: Request) -> bool:
    """Whether a file answers a request: by its name, or by its content where that names what it holds."""
    if kind not in request.publisher.formats.split(" "):
        return False
    if request.publisher.named_by:
        return _names(path, request)
    return bool((answer.table["item"].eq(request.item) & answer.table["area"].isin(request.areas.split(" "))).any())
