"""Whatever bytes come, a reader gives a tidy table or its own fault, never another exception."""

import contextlib
import json

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from test_sources import QUARTERS, book

from helpers.sources import formats, tidy
from helpers.sources.tidy import COLUMNS, Unreadable

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
    "ilostat_csv": b"ref_area,source,indicator,sex,classif1,time,obs_value\nKAZ,BA:1,UNE,SEX_F,Y15,2022,5.4\n",
    "national_bank_json": json.dumps({"formId": 25, "totalRows": 1, "rows": [AMOUNT]}).encode(),
}
TEXTS = [name for name in ANSWERS if name != "bureau_workbook"]
JSONS = [name for name in ANSWERS if name.endswith("json")]
TABLES = [name for name in ANSWERS if name.endswith(("csv", "tsv"))]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["2024", "4,7", "…"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


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
    for value in table["value"].head(20):
        with contextlib.suppress(Unreadable):
            assert tidy.number(value).is_finite()


@st.composite
def damaged(draw, name: str) -> bytes:
    """A true answer with some bytes cut out, doubled, changed or put in."""
    data = bytearray(ANSWERS[name])
    for _ in range(draw(st.integers(1, 6))):
        at, length = draw(st.integers(0, len(data))), draw(st.integers(0, 24))
        piece = draw(
            st.binary(max_size=12) | st.sampled_from([b",", b'"', b"\t", b"\n", b"[", b"}", b"null", b"-", b"1e9"])
        )
        data[at : at + length] = data[at : at + length] * 2 if draw(st.booleans()) else piece
    return bytes(data)


@st.composite
def reshaped(draw, name: str) -> bytes:
    """A true JSON answer in which anything may stand in any place."""
    content = json.loads(ANSWERS[name])

    def walk(part):
        if draw(st.integers(0, 9)) == 0:
            return draw(VALUES)
        if isinstance(part, dict):
            return {key: walk(value) for key, value in part.items() if draw(st.integers(0, 9))}
        return [walk(value) for value in part] if isinstance(part, list) else part

    return json.dumps(walk(content)).encode()


@st.composite
def refilled(draw, name: str) -> bytes:
    """A true table whose cells may hold anything."""
    delimiter = "\t" if name.endswith("tsv") else ","
    lines = ANSWERS[name].decode("utf-8-sig").split("\n")
    cell = st.text(max_size=8) | st.sampled_from(["2024", "2024-Q1", "-", "4,7", '"', "1e400", "٣"])
    return "\n".join(
        delimiter.join(draw(cell) if draw(st.integers(0, 7)) == 0 else old for old in line.split(delimiter))
        for line in lines
    ).encode("utf-8", "surrogatepass")


LABELS = ["2023", "2023 год", "I квартал", "IV quarter", "year", "Akmola 3)", "…", "4,7", "-", " ", "4) Note"]
NUMBERS = st.integers(-3000, 3000) | st.floats(allow_nan=False)
CELLS = st.none() | NUMBERS | st.booleans() | st.dates() | st.sampled_from(LABELS)
SHEETS = st.lists(st.lists(CELLS, max_size=6), max_size=8)
FEW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
# Ten thousand cases a reader.
MANY = settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck), database=None)


def check(kind, name: str, how: settings) -> None:
    @how
    @given(kind(name))
    def every(data):
        reads_or_says_why(name, data)

    every()


def check_workbooks(how: settings) -> None:
    @how
    @given(st.lists(SHEETS, min_size=1, max_size=2))
    def every(sheets):
        reads_or_says_why("bureau_workbook", book(*sheets))

    every()


CASES = [
    *((damaged, name) for name in ANSWERS),
    *((reshaped, name) for name in JSONS),
    *((refilled, name) for name in TABLES),
    *((lambda name: st.binary(max_size=200), name) for name in ANSWERS),
]
NAMES = [f"{kind.__name__.strip('<>')} {name}" for kind, name in CASES]


@pytest.mark.parametrize(("kind", "name"), CASES, ids=NAMES)
def test_a_reader_raises_nothing_but_its_own_fault(kind, name):
    check(kind, name, FEW)


def test_a_workbook_with_anything_in_its_cells_raises_nothing_but_its_own_fault():
    check_workbooks(FEW)


def anything(name: str) -> st.SearchStrategy[bytes]:
    """All kinds of answers that suit a reader."""
    return st.one_of(*(kind(name) for kind, other in CASES if other == name))


@pytest.mark.slow
@pytest.mark.parametrize("name", ANSWERS)
def test_a_reader_raises_nothing_but_its_own_fault_in_ten_thousand_cases(name):
    check(anything, name, MANY)


@pytest.mark.slow
def test_a_workbook_raises_nothing_but_its_own_fault_in_ten_thousand_cases():
    check_workbooks(MANY)


def test_the_true_answers_are_read():
    for name, data in ANSWERS.items():
        assert formats.recognise(data) == name
        assert len(formats.READERS[name](data))
