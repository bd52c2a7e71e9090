"""Collects the answers to requests: from the publishers, or from a folder of downloaded files."""

import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import parse_qsl

import pandas as pd

from helpers import UserError
from helpers.refresh import transport
from helpers.refresh.readers import formats, national_bank
from helpers.refresh.requests import Request
from helpers.refresh.transport import Limits

Keyed = dict[tuple[str, str], pd.DataFrame]  # tidy tables by source and request


def from_publishers(requests: list[Request], limits: Limits, tell: Callable[[str], None]) -> tuple[Keyed, list[str]]:
    """Answers by source and request, and faults in one line each. A publisher that can't be reached is asked once."""
    tables, faults, absent = {}, [], set()
    for request in {request.key: request for request in requests if request.publisher.address}.values():
        if request.publisher.source in absent:
            continue
        tell(f"asking {request.name}")
        try:
            data = transport.within(limits.seconds, partial(asked, request, limits))
            tables[request.key] = formats.read(data, request.publisher.formats.split(" "))
        except UserError as fault:
            faults.append(f"{request.name}: {fault}")
            absent |= {request.publisher.source} if isinstance(fault, transport.Absent) else set()
    return tables, faults


def asked(request: Request, limits: Limits) -> bytes:
    """What the publisher sends for a request; the pages of a paged answer become one JSON list."""
    publisher = request.publisher
    hosts = publisher.hosts.split(" ")
    fields = dict(parse_qsl(request.filled(publisher.fields), keep_blank_values=True)) if publisher.fields else None
    if "{page}" not in publisher.address:
        return transport.fetch(request.filled(publisher.address), hosts, fields, limits)
    pages, size = [], 0
    for number in range(limits.pages):
        data = transport.fetch(request.filled(publisher.address, page=str(number)), hosts, fields, limits)
        size += len(data)
        pages.append(national_bank.page(data))
        if national_bank.complete(pages):
            return json.dumps(pages).encode()
        if size > limits.size:
            raise transport.Unreachable(f"more than {limits.size / 2**20:.0f} MB in {number + 1} pages")
        if number and pages[-1] == pages[-2]:
            raise transport.Unreachable(f"page {number} repeats the one before it")
    raise transport.Unreachable(f"more than {limits.pages} pages")


def from_folder(folder: Path, requests: list[Request], size: int) -> tuple[Keyed, list[str], list[str]]:
    """Answers by source and request, faults, and the names of files that answer no request.

    A file's format is told by its content. Which request it answers is told by its content too where that names the
    series, and by its name elsewhere: `unemployment_102790.xlsx`, `indicator_8-8-1.csv`.
    """
    if not folder.is_dir():
        raise UserError(f"--from-folder {folder.name}: is no folder; give the folder of the downloaded files")
    answers: Keyed = {}
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
        faults += [f"{path.name}: answers {' '.join(key)} as another file does" for key in sorted(mine & set(answers))]
        answers |= dict.fromkeys(mine, one)
        aside += [] if mine or named else [path.name]
    return answers, faults, aside


def _opened(path: Path, size: int) -> tuple[pd.DataFrame, str]:
    """A file as a tidy table, and its format."""
    if path.stat().st_size > size:
        raise UserError(f"has {path.stat().st_size / 2**20:.0f} MB, {size / 2**20:.0f} MB are allowed")
    data = path.read_bytes()
    kind = formats.recognise(data)
    return formats.READERS[kind](data), kind


def _names(path: Path, request: Request) -> bool:
    """Whether the file's name holds the word that names the request: 8-8-1, but not as a part of 8-8-1-1."""
    word = request.words.get(request.publisher.named_by, "")
    alone = rf"(?<![A-Za-z0-9])(?<![0-9]-){re.escape(word)}(?![A-Za-z0-9]|-[0-9])"
    return bool(word) and bool(re.search(alone, path.stem))


def _answers(table: pd.DataFrame, kind: str, path: Path, request: Request) -> bool:
    """Whether a file answers a request: by its name, or by its content where that names what it holds."""
    if kind not in request.publisher.formats.split(" "):
        return False
    if request.publisher.named_by:
        return _names(path, request)
    return bool((table["item"].eq(request.item) & table["area"].isin(request.areas.split(" "))).any())
