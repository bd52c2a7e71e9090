"""Which format an answer is in, told by its content, and the reader of each."""

from collections.abc import Callable, Iterable

import pandas as pd

from helpers.refresh.readers import archive, bureau, ilostat, national_bank, open_sdg, tidy, workbook, world_bank

READERS: dict[str, Callable[[bytes], pd.DataFrame]] = {
    "bureau_workbook": workbook.read,
    "bureau_tsv": bureau.read_tsv,
    "bureau_json": bureau.read_json,
    "taldau_json": bureau.read_taldau,
    "open_sdg_csv": open_sdg.read,
    "world_bank_json": world_bank.read_json,
    "world_bank_csv": world_bank.read_csv,
    "ilostat_csv": ilostat.read,
    "national_bank_json": national_bank.read,
}

# Files that people download by mistake, by their first bytes.
OTHERS = {
    b"\xd0\xcf\x11\xe0": "the answer is an old workbook or document (.xls, .doc); save it as .xlsx",
    b"%PDF": "the answer is a PDF; download the table itself, as .xlsx or CSV",
}
# Tables that are close to one that is read, by a sign in their head.
HEADS = {
    "ref_area.label": "the answer of ILOSTAT has labels; ask for codes, without type=label",
    "[YR": "the answer is an export of DataBank; download the CSV of the country's page",
    "": "the answer is in no known format; see the formats in publishers.csv",
}


def read(data: bytes, expected: Iterable[str]) -> pd.DataFrame:
    """The tidy table of an answer that must be in one of the expected formats; raises Unreadable otherwise."""
    kind, wanted = recognise(data), list(expected)
    if kind not in wanted:
        raise tidy.Unreadable(f"the answer is {kind}, where {' or '.join(wanted)} was due")
    return READERS[kind](data)


def recognise(data: bytes) -> str:
    """The name of an answer's format, by its content; raises Unreadable when it is none of those that are known."""
    if data[:4] == b"PK\x03\x04":
        names = archive.parts(data)
        if world_bank.inner(data):
            return "world_bank_csv"
        if "content.xml" in names:
            raise tidy.Unreadable("the answer is an .ods workbook; save it as .xlsx")
        if not any(name.startswith("xl/") for name in names):
            raise tidy.Unreadable(f"the answer is a zip file with {', '.join(names)[:80]}; unpack it")
        return "bureau_workbook"
    for start, advice in OTHERS.items():
        if data.startswith(start):
            raise tidy.Unreadable(advice)
    start = tidy.text(data).lstrip()[:1]
    if data.strip() == b"[]":
        raise tidy.Unreadable("the answer holds no figure")
    kind = _json(tidy.parsed(data)) if start in ("[", "{") else _table(data)
    if not kind:
        head = tidy.text(data).lstrip().partition("\n")[0]
        if head.count(";") > 1 and head.count(";") > head.count(","):
            raise tidy.Unreadable("semicolons stand between the cells; save it with commas")
        raise tidy.Unreadable(next(words for sign, words in HEADS.items() if sign in head))
    return kind


def _json(content: object) -> str:
    first = content[0] if isinstance(content, list) and content else content
    if not isinstance(first, dict):
        return ""
    if "rows" in first:
        return "national_bank_json"
    if "termNames" in first:
        return "bureau_json"
    if "message" in first or {"page", "pages"} <= set(first):
        return "world_bank_json"
    return "taldau_json" if any(bureau.TALDAU.fullmatch(key) for key in first) else ""


def _table(data: bytes) -> str:
    rows = tidy.cells(data)
    head = {cell.strip() for cell in rows[0]} if rows else set()
    if any("\t" in cell for cell in head):
        return "bureau_tsv"
    if "Data Source" in head or any(row[:4] == world_bank.HEAD for row in rows[:6]):
        return "world_bank_csv"
    if {"ref_area", "obs_value"} <= head:
        return "ilostat_csv"
    return "open_sdg_csv" if {"Year", "Value"} <= head else ""
