"""Asking publishers: a server on this machine that does everything a publisher can do wrong."""

import gzip
import http.server
import io
import json
import os
import ssl
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from test_refresh import KNOWN, TODAY, snapshot, told, tree, world  # noqa: F401, the fixture

from helpers.refresh import refresh, transport
from helpers.refresh.transport import Absent, Limits, Unreachable

LIMITS = Limits(seconds=10, silence=5, size=2**20, tries=3, wait=0.01, longest_wait=1)
SHORT = replace(LIMITS, seconds=0.6, silence=0.3)  # for publishers that let one wait
SDG = KNOWN.encode()
SELF_SIGNED = Path(__file__).parent / "expected" / "self_signed.pem"  # a key and its certificate, for these tests only


@cache
def bomb() -> bytes:
    """A workbook of 60 KB that unpacks to 60 MB."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(60 * 2**20))
    return stream.getvalue()


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers each request with the next of the server's answers; the last one stays."""

    def do_GET(self):
        server = self.server
        length = int(self.headers.get("Content-Length", 0))
        server.seen.append((self.command, self.path, dict(self.headers), self.rfile.read(length).decode()))
        answer = server.answers.pop(0) if len(server.answers) > 1 else server.answers[0]
        answer(self)

    do_POST = do_GET

    def log_message(self, *words):
        pass


def send(body: bytes | Callable[[], bytes] = b"", status: int = 200, **headers: str):
    """An answer with this body; a large one is only made when it is sent."""

    def answer(handler):
        whole = body() if callable(body) else body
        handler.send_response(status)
        for name, value in {"Content_Length": str(len(whole)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(whole)

    return answer


def cut(handler):
    send(SDG, Content_Length="5000")(handler)


def drip(handler):
    handler.send_response(200)
    handler.end_headers()
    with_patience(handler, b"Year,")


def drip_head(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    with_patience(handler, b"X-Slow: 1\r\n")


def with_patience(handler, piece: bytes):
    try:
        for _ in range(100):
            handler.wfile.write(piece)
            handler.wfile.flush()
            time.sleep(0.1)
    except OSError:
        pass


def hang(handler):
    time.sleep(2)


@pytest.fixture
def server():
    """A publisher on this machine."""
    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.answers, made.seen = [send(SDG)], []
    thread = threading.Thread(target=made.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def asked(world, server):  # noqa: F811
    """Asks the server for the one series that the small world takes from open_sdg, and what the data were before."""
    address = f"http://127.0.0.1:{server.server_port}"
    publishers = world / "statistics" / "publishers.csv"
    text = publishers.read_text(encoding="utf-8")
    text = text.replace("https://raw.githubusercontent.com/kazstat", address).replace(
        "raw.githubusercontent.com", "127.0.0.1"
    )
    text = text.replace("https://taldau.stat.gov.kz/ru", address).replace("taldau.stat.gov.kz", "127.0.0.1")
    text = text.replace("https://data.nationalbank.kz", address).replace("data.nationalbank.kz", "127.0.0.1")
    publishers.write_text(text.replace(",open_sdg_csv,", ",open_sdg_csv bureau_workbook,"), encoding="utf-8")
    package = world / "datapackage.json"
    package.write_text(
        package.read_text(encoding="utf-8").replace("https://\\\\S+", "https?://\\\\S+"), encoding="utf-8"
    )

    def refreshed(**options):
        return refresh(world, **({"sources": ["open_sdg"], "limits": LIMITS, "today": TODAY} | options))

    return refreshed


def raw(words: bytes):
    """An answer of these very bytes, head and all."""

    def answer(handler):
        handler.wfile.write(words)
        handler.close_connection = True

    return answer


def many_heads(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(300)) + b"\r\n")
    handler.close_connection = True


@cache
def squeezed() -> bytes:
    return gzip.compress(b"0" * 30_000_000)


FAULTS = {
    "a redirect to a file": (send(status=302, Location="file:///etc/passwd"), "a redirect to another host, None"),
    "a redirect by another protocol": (send(status=302, Location="ftp://127.0.0.1/x"), "a redirect to another host"),
    "a redirect with a user's name": (
        send(status=302, Location="http://127.0.0.1:x@localhost/"), "a redirect to another host, localhost",
    ),
    "a redirect in raw bytes": (
        raw(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\xe9\xff\r\n\r\n"), "open_sdg",
    ),
    "bytes that unpack to more than allowed": (send(squeezed, Content_Encoding="gzip"), "more than 1 MB"),
    "bytes packed twice": (send(lambda: gzip.compress(squeezed()), Content_Encoding="gzip, gzip"), "more than 1 MB"),
    "bytes that are not packed as they say": (send(SDG, Content_Encoding="gzip"), "the connection broke off"),
    "brackets without end": (send(b"[" * 200_000), "no valid JSON"),
    "objects without end": (send(b'{"rows":' * 100_000), "no valid JSON"),
    "a length below nothing": (raw(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nabc"), "in no known format"),
    "a chunk of no length": (
        raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\nabc"), "the connection broke off",
    ),
    "busy for a day": (send(status=503, Retry_After="100000"), "no whole answer within 0.6 s"),
    "300 heads": (many_heads, "no connection"),
    "no protocol at all": (raw(b"\x00\xff" * 100 + b"\r\n\r\n"), "no connection"),
    "nothing new": (send(status=304), "status 304"),
    "a redirect to another host": (
        send(status=302, Location="http://localhost:1/"), "a redirect to another host, localhost",
    ),
    "a redirect to no address": (send(status=302, Location="http://[::1"), "a broken address"),
    "a redirect to a port that is none": (send(status=302, Location="http://127.0.0.1:99999/"), "a broken address"),
    "redirects without end": (send(status=302, Location="/again"), "more than 5 redirects"),
    "not found": (send(status=404), "status 404"),
    "busy for ever": (send(status=429), "status 429 after 3 tries"),
    "broken for ever": (send(status=500), "status 500 after 3 tries"),
    "a slow drip": (drip, "no whole answer within 0.6 s"),
    "a slow drip of the head": (drip_head, "no whole answer within 0.6 s"),
    "silence": (hang, "silent for 0.3 s"),
    "a cut connection": (cut, "the connection broke off after"),
    "a web page": (send(b"<!DOCTYPE html><html></html>"), "a web page or XML, where data were due"),
    "another encoding": (send(SDG.replace(b"PT", "Доля".encode("cp1251"))), "not in UTF-8"),
    "nothing": (send(b""), "the answer is empty"),
    "a gigabyte announced": (send(b"", Content_Length=str(2**30)), "1024 MB announced, 1 MB allowed"),
    "more than allowed": (send(SDG * 20_000), "MB"),
    "a zip bomb": (send(bomb), "unpacks to more than 48 MB"),
    "a value with two points": (send(SDG + b"2024,PT,,56.64.30\n"), "'56.64.30' is no number"),
    "a figure twice": (send(SDG + b"2023,PT,,4.6\n"), "KAZ 2023 stands twice"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("case", FAULTS)
def test_each_fault_of_a_publisher_is_one_line_and_changes_nothing(asked, server, world, case):  # noqa: F811
    answer, message = FAULTS[case]
    server.answers = [answer]
    before = snapshot(world)
    outcome = asked(limits=SHORT if answer in (drip, drip_head, hang) or "for a day" in case else LIMITS)
    assert len(outcome.faults) == 1, outcome.faults
    assert message in outcome.faults[0]
    assert outcome.faults[0].startswith("open_sdg indicator=8-5-2: ")
    assert "\n" not in outcome.faults[0]
    assert snapshot(world) == before


def test_a_server_that_is_not_there_is_a_fault(asked, server):
    server.shutdown()
    server.server_close()
    assert asked().faults == ["open_sdg indicator=8-5-2: no connection (NewConnectionError)"]


def test_a_redirect_to_the_publishers_own_file_is_followed(asked, server):
    server.answers = [send(status=302, Location="/upload/file.csv"), send(SDG)]
    assert not asked().faults
    assert [path for _, path, _, _ in server.seen] == [
        "/sdg-data-kazstat/HEAD/data/indicator_8-5-2.csv",
        "/upload/file.csv",
    ]


def test_a_busy_publisher_is_asked_again_after_the_time_it_names(asked, server):
    server.answers = [send(status=429, Retry_After="1"), send(status=503), send(SDG)]
    started = time.monotonic()
    assert not asked().faults
    assert time.monotonic() - started >= 1
    assert len(server.seen) == 3


def test_a_publisher_that_is_not_there_is_asked_once(asked, server):
    server.answers = [hang]
    assert len(asked(sources=["taldau"], limits=SHORT).faults) == 1


def test_the_asker_says_who_it_is_and_posts_the_fields_of_taldau(asked, server):
    server.answers = [send(tree(("2025", "4.6")).encode())]
    asked(sources=["taldau"])
    method, path, headers, body = server.seen[0]
    assert (method, path) == ("POST", "/NewIndex/GetIndexTreeData")
    assert headers["User-Agent"].startswith("jospar/")
    assert headers["X-Requested-With"] == "XMLHttpRequest"
    assert "p_index_id=7&" in body
    assert "p_term_id=741880" in body


def test_all_pages_of_the_national_bank_are_asked_for(asked, server):
    row = {"type": "thsd. tenge", "class_type": "Pension savings"}
    amounts = [("2026-01-01", 14663410141), ("2026-03-01", 15129613382), ("2026-04-01", 15500000000)]
    rows = [row | {"report_date": day, "amount": amount} for day, amount in amounts]
    pages = [{"totalRows": 3, "rows": rows[:2]}, {"totalRows": 3, "rows": rows[2:]}]
    server.answers = [send(json.dumps(page).encode()) for page in pages]
    outcome = asked(sources=["national_bank"])
    assert [f"page={page}&" in path for page, (_, path, _, _) in enumerate(server.seen)] == [True, True]
    assert outcome.held or outcome.changes


def test_a_fault_of_one_publisher_leaves_the_answers_of_the_others(asked, server, world):  # noqa: F811
    def by_path(handler):
        (send(SDG.replace(b",,4.7", b",,4.8")) if "indicator" in handler.path else send(status=404))(handler)

    server.answers = [by_path]
    outcome = asked(sources=["open_sdg", "taldau"])
    assert [fault.split(" ")[0] for fault in outcome.faults] == ["taldau"] * 4
    assert told(outcome) == ["revised   jobless KAZ 2023: 4.7 → 4.8 (open_sdg_8_5_2)"]
    assert ",4.8,final,open_sdg_8_5_2," in (world / "statistics/observations.csv").read_text(encoding="utf-8")


def page_of(total: int, *days: str) -> bytes:
    row = {"type": "thsd. tenge", "class_type": "Pension savings", "amount": 1}
    return json.dumps({"totalRows": total, "rows": [row | {"report_date": day} for day in days]}).encode()


@pytest.mark.parametrize(
    ("pages", "fault"),
    [
        ([page_of(9, "2026-01-01")], "page 1 repeats the one before it"),
        ([page_of(9, f"2026-01-0{day}") for day in range(1, 6)], "more than 4 pages"),
        ([page_of(9, "2026-01-01"), b"[1, 2]"], "no list of objects"),
        ([b"[]"], "a page holds 0 objects instead of one"),
    ],
)
def test_pages_without_end_or_sense_are_one_fault(asked, server, world, pages, fault):  # noqa: F811
    server.answers = [send(page) for page in pages]
    before = snapshot(world)
    outcome = asked(sources=["national_bank"], limits=replace(LIMITS, pages=4))
    assert len(outcome.faults) == 1
    assert fault in outcome.faults[0]
    assert snapshot(world) == before


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (b'"report_date":"2026-01-01","amount":"\\u001b[31m5x"', "'\\x1b[31m5x' is no number"),
        (b'"report_date":"2026-01-01","amount":1e308', "is no number"),
        (b'"report_date":"2026-01-01","amount":NaN', "no figure"),
        (b'"report_date":"2999-12-31","amount":1234567890', "savings"),
    ],
)
def test_a_figure_that_can_not_be_is_a_fault_or_held_back(asked, server, world, row, fault):  # noqa: F811
    whole = b'{"rows":[{%s,"type":"thsd. tenge","class_type":"Pension savings"}],"totalRows":1}' % row
    server.answers = [send(whole, ETag='"a\xff"')]
    before = snapshot(world)
    outcome = asked(sources=["national_bank"])
    assert fault in "\n".join(outcome.lines())
    assert outcome.faults or outcome.held
    assert all(line.isprintable() for line in outcome.lines())
    assert snapshot(world) == before


@pytest.fixture
def secure(server):
    """The publisher behind https, with a certificate that it signed itself."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(SELF_SIGNED)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    return f"https://127.0.0.1:{server.server_port}/"


def test_a_certificate_that_nobody_vouches_for_is_refused(secure, server):
    with pytest.raises(Absent, match="the certificate is not valid"):
        transport.fetch(secure, ["127.0.0.1"], limits=LIMITS)
    assert not server.seen


def test_a_certificate_of_a_trusted_authority_is_accepted(secure, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(SELF_SIGNED))
    assert transport.fetch(secure, ["127.0.0.1"], limits=LIMITS) == SDG


def test_https_is_never_left(secure, server, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(SELF_SIGNED))
    server.answers = [send(status=302, Location="http://127.0.0.1/file")]
    with pytest.raises(Unreachable, match="a redirect leaves https"):
        transport.fetch(secure, ["127.0.0.1"], limits=LIMITS)


PROGRAM = """
import sys
from pathlib import Path
from helpers.refresh import refresh
from helpers.refresh.transport import Limits
for _ in range(int(sys.argv[2])):
    print(refresh(Path(sys.argv[1]), sources=["open_sdg"], limits=Limits(seconds=20, wait=0.01)).faults)
"""
# A small process between the test and the program: what counts is the largest child that it ever had.
MEASURE = """
import resource, subprocess, sys
subprocess.run([sys.executable, *sys.argv[1:]], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
LARGE = {
    "unpacks to more than": send(bomb),
    "more than 2,000,000 cells": send(lambda: b"Year,Value\n" + b"2023,4.7\n" * 4_000_000),
    "JSON of more than 10 MB": send(lambda: b'{"rows":[' + b"[]," * 3_600_000 + b"[]]}"),
    "the answer is national_bank_json": send(lambda: b'{"rows":[' + b"[]," * 3_000_000 + b"[]]}"),
    "1024 MB announced": send(b"", Content_Length=str(2**30)),
}


@pytest.mark.slow
def test_no_answer_takes_more_than_500_mb(asked, server, world):  # noqa: F811
    server.answers = list(LARGE.values())
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    words = [sys.executable, "-c", MEASURE, "-c", PROGRAM, world, str(len(LARGE))]
    found = subprocess.run(words, capture_output=True, text=True, env=environment)
    *faults, kilobytes = found.stdout.splitlines()
    assert len(faults) == len(LARGE), found.stderr
    assert all(message in fault for message, fault in zip(LARGE, faults, strict=True)), faults
    assert 0 < int(kilobytes) < 500 * 1024
