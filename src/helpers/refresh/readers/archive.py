"""Zip files, which workbooks and the World Bank's downloads are: no larger inside than is allowed."""

import io
import zipfile

from helpers.refresh.readers.tidy import Unreadable

MOST_BYTES = 48 * 2**20  # of all parts unpacked; the largest in use has 4 MB


def parts(data: bytes, keep: str = "") -> dict[str, bytes]:
    """Every part of a zip file by name, empty but for those whose names begin with `keep`.

    The sizes that a zip file declares can lie, so each part is unpacked and counted as it comes. Raises Unreadable for
    a damaged file and one that is too large inside.
    """
    members, total = {}, 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for one in archive.infolist():
                chunks = []
                with archive.open(one) as stream:
                    while chunk := stream.read(2**16):
                        total += len(chunk)
                        if total > MOST_BYTES:
                            raise Unreadable(f"the answer unpacks to more than {MOST_BYTES // 2**20} MB")
                        chunks += [chunk] if keep and one.filename.startswith(keep) else []
                members[one.filename] = b"".join(chunks)
    except Unreadable:
        raise
    except Exception as error:  # a damaged zip file raises a dozen kinds, from zlib, struct and the module itself
        raise Unreadable(f"the answer is a damaged zip file ({type(error).__name__})") from error
    return members
