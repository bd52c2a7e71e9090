"""Whatever bytes come, a reader gives a tidy table or its own fault, never another exception."""

import contextlib
import json
from collections.abc import Callable
from datetime import date
from random import Random

import pytest
from hypothesis import given, settings, strategies as st
from test_sources import QUARTERS, book

from helpers.refresh.readers import formats, tidy
from helpers.refresh.readers.tidy import COLUMNS, Unreadable

NODE = {"text": "РЕСПУБЛИКА КАЗАХСТАН", "measureName": "%", "y122024": "4,7", "y122025": "4.6"}
SLICE = {
    "terms": ["1", "2"],
    "termNames": ["РЕСПУБЛИКА КАЗАХСТАН", "Всего"],
    "periods": [{"date": "31.03.2025", "value": "4.6"}],
}
FACT = {"id": "FP.CPI.TOTL.ZG", "value": "Inflation (annual %)"}
ROW = {"indicator": FACT, "country": {"id": "KZ"}, "countryiso3code": "KAZ", "date": "2024", "value": 8.7, "unit": ""}
AMOUNT = {"report_date": "2026-08-01", "amount": 27072102566.0, "type": "thsd. tenge", "class_type": "Pension savings"}
ANSWERS = {
    "bureau_workbook": book(QUARTERS),
    "bureau_tsv": "\ufeffNAM\tDAT\tPERIOD\tКАТО\tLКАТО\tVAL\nА\t31.12.2023\t202312\t0\tКАЗАХСТАН\t4,7\n".encode(),
    "bureau_json": json.dumps([SLICE]).encode(),
    "taldau_json": json.dumps([NODE]).encode(),
    "open_sdg_csv": b"Year,UNIT_MEASURE,SEX,REF_AREA,Value\n2023,PT,F,KZAKM,5.2\n2024,PT,,,4.7\n",
    "world_bank_json": json.dumps([{"page": 1, "pages": 1, "total": 1}, [ROW]]).encode(),
    "world_bank_csv": (
        b'"Data Source","WDI",\n\n"Last Updated Date","2026-04-08",\n\n"Country Name","Country Code","Indicator Name",'
        b'"Indicator Code","2024","2025",\n"Kazakhstan","KAZ","Inflation","FP.CPI.TOTL.ZG","8.7","",\n'
    ),
    "ilostat_csv": (
        b"ref_area,source,indicator,sex,classif1,time,obs_value,obs_status\nKAZ,BA:1,UNE,SEX_F,Y15,2022,5.4,U\n"
    ),
    "national_bank_json": json.dumps({"formId": 25, "totalRows": 1, "rows": [AMOUNT]}).encode(),
}
JSONS = [name for name in ANSWERS if name.endswith("json")]
TABLES = [name for name in ANSWERS if name.endswith(("csv", "tsv"))]
LEAVES = [None, True, False, 0, -1, 10**30, 2.5, float("nan"), float("inf"), "", "2024", "4,7", "…", "٣", [], {}]
PIECES = [b",", b'"', b"\t", b"\n", b"[", b"}", b"null", b"-", b"1e9", b"\xff", b"\x00"]
CELLS = ["", "2024", "2024-Q1", "-", "4,7", '"', "1e400", "٣", "\ud800", "a\r", "=1"]
LABELS = ["2023", "2023 год", "I квартал", "IV quarter", "year", "Akmola 3)", "…", "4,7", "-", " ", "4) Note"]


def reads_or_says_why(name: str, data: bytes) -> None:
    """One line of the reader's own fault, or a tidy table whose values are numbers or a fault in turn."""
    table, said = None, ""
    try:
        table = formats.read(data, [name]) if data[:1] == b"[" else formats.READERS[name](data)
    except Unreadable as fault:
        said = str(fault)
    if table is None:
        assert said
        assert len(said.splitlines()) == 1
        return
    assert list(table.columns) == COLUMNS
    assert len(table)
    assert set(table.attrs["marks"]) <= set(table.index)
    for value in table["value"].head(20):
        with contextlib.suppress(Unreadable):
            assert tidy.number(value).is_finite()


# A case is drawn by its seed alone: Hypothesis chooses and repeats seeds, and ten thousand cases take seconds.


def damaged(rng: Random, name: str) -> bytes:
    """A true answer with some bytes cut out, doubled, changed or put in."""
    data = bytearray(ANSWERS[name])
    for _ in range(rng.randint(1, 6)):
        at, length = rng.randint(0, len(data)), rng.randint(0, 24)
        piece = rng.randbytes(rng.randint(0, 12)) if rng.random() < 0.5 else rng.choice(PIECES)
        data[at : at + length] = data[at : at + length] * 2 if rng.random() < 0.5 else piece
    return bytes(data)


def value(rng: Random, depth: int = 3) -> object:
    """Anything that JSON can hold."""
    kind = rng.randint(0, 3) if depth else 0
    if kind == 2:
        return [value(rng, depth - 1) for _ in range(rng.randint(0, 4))]
    if kind == 3:
        return {rng.choice(CELLS[:8]): value(rng, depth - 1) for _ in range(rng.randint(0, 4))}
    return rng.choice(LEAVES)


def reshaped(rng: Random, name: str) -> bytes:
    """A true JSON answer in which anything may stand in any place."""

    def walk(part):
        if rng.random() < 0.1:
            return value(rng)
        if isinstance(part, dict):
            return {key: walk(inner) for key, inner in part.items() if rng.random() < 0.9}
        return [walk(inner) for inner in part] if isinstance(part, list) else part

    return json.dumps(walk(json.loads(ANSWERS[name]))).encode()


def refilled(rng: Random, name: str) -> bytes:
    """A true table whose cells may hold anything."""
    delimiter = "\t" if name.endswith("tsv") else ","
    lines = ANSWERS[name].decode("utf-8-sig").split("\n")
    return "\n".join(
        delimiter.join(rng.choice(CELLS) if rng.random() < 0.12 else old for old in line.split(delimiter))
        for line in lines
    ).encode("utf-8", "surrogatepass")


def noise(rng: Random, name: str) -> bytes:
    """Bytes that mean nothing."""
    return rng.randbytes(rng.randint(0, 200))


def workbook(rng: Random, name: str) -> bytes:
    """A workbook with anything in its cells."""

    def cell():
        number = rng.choice([rng.randint(-3000, 3000), rng.uniform(-1e9, 1e9), float("inf")])
        return rng.choice([None, number, rng.random() < 0.5, date(2024, 1, rng.randint(1, 28)), rng.choice(LABELS)])

    sheets = [[[cell() for _ in range(rng.randint(0, 6))] for _ in range(rng.randint(0, 8))] for _ in range(2)]
    return book(*sheets[: rng.randint(1, 2)])


def check(kinds: list, name: str) -> Callable[[], None]:
    """A test of a reader on answers of these kinds, as many as the profile has."""

    @given(st.integers(0, 2**63))
    def every(seed):
        rng = Random(seed)
        reads_or_says_why(name, rng.choice(kinds)(rng, name))

    return every


def suited(name: str) -> list:
    """The kinds of answers that suit a reader."""
    others = {reshaped: name in JSONS, refilled: name in TABLES, workbook: name == "bureau_workbook"}
    return [damaged, noise, *(kind for kind, suits in others.items() if suits)]


CASES = [(kind, name) for name in ANSWERS for kind in suited(name)]


@pytest.mark.parametrize(("kind", "name"), CASES, ids=[f"{kind.__name__} {name}" for kind, name in CASES])
def test_a_reader_raises_nothing_but_its_own_fault(kind, name):
    check([kind], name)()


@pytest.mark.slow
@pytest.mark.hard
@pytest.mark.parametrize("name", ANSWERS)
def test_a_reader_raises_nothing_but_its_own_fault_in_ten_thousand_cases(name):
    settings(max_examples=10_000, database=None)(check(suited(name), name))()


def test_the_true_answers_are_read():
    for name, data in ANSWERS.items():
        assert formats.recognise(data) == name
        assert len(formats.READERS[name](data))
