"""A plan's DOCX file as rows of cells: mammoth turns it into a web page, merged cells included."""

import io
import zipfile
import zlib
from pathlib import Path
from xml.parsers.expat import ExpatError

from helpers import UserError
from helpers.plan import web
from helpers.plan.rows import Row

LARGEST = 20_000_000  # bytes that a file may unpack to
MOST_MARKS = 400_000  # of XML: each takes a kilobyte of memory; a plan of a hundred pages has a tenth of them
# What mammoth raises on a file that is no document, or a broken one.
BROKEN = (zipfile.BadZipFile, zlib.error, ExpatError, EOFError, OSError)
BROKEN += (LookupError, ValueError, TypeError, AttributeError, NotImplementedError, RecursionError)


def rows(path: Path, raw: bytes) -> list[Row]:
    """Paragraphs and the rows of tables, in the order of the document; raises UserError for a broken one."""
    import mammoth

    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            if sum(member.file_size for member in archive.infolist()) > LARGEST:
                megabytes = LARGEST // 1_000_000
                raise UserError(f"{path}: unpacks to more than {megabytes} MB; save the text without pictures")
            if sum(archive.read(member).count(b"<") for member in archive.infolist()) > MOST_MARKS:
                raise UserError(f"{path}: holds more than {MOST_MARKS:,} marks of XML; name the plan's document alone")
        page = mammoth.convert_to_html(io.BytesIO(raw), convert_image=lambda image: [])
    except BROKEN as error:
        raise UserError(f"{path}: no DOCX file that can be read; save the document again as DOCX") from error
    return web.rows(path, page.value or "<body></body>")
