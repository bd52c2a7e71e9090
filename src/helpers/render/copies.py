"""The good copy that stands for a failed report: its page says so."""

from datetime import date
from pathlib import Path

from helpers import files
from helpers.language import day, in_language, text
from helpers.render import archive

START, BANNER = "<main>\n", '<p class="banner" role="note" id="copy">'


def mark(folder: Path, good: dict | None, language: str) -> None:
    """Put a banner on the pages of the copy, with its day; the run that rendered it keeps them without."""
    for name in good["files"] if good else []:
        path = folder / name
        page = path.read_text(encoding="utf-8") if path.suffix == ".html" else BANNER
        if BANNER in page:
            continue
        with in_language(language):
            rendered = day(date.fromisoformat(good["rendered"][:10]))
            words = text("This is the copy of {day}: a later rendering failed, as the index says.", day=rendered)
        page = page.replace(START, f"{START}{BANNER}<strong>{words}</strong></p>\n", 1)
        good["size"] += len(page.encode()) - path.stat().st_size
        # Written anew, not into the file that both runs share.
        files.write(path, page)
        good["sha256"] = good["sha256"] | {name: archive.content_hash(page)}
