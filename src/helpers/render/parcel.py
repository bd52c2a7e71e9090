"""A run → one zip for a colleague: index, pages, executed notebooks, spreadsheets, PDFs, and a README that explains."""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from urllib.parse import unquote

from helpers import UserError, files
from helpers.language import LANGUAGES, day, in_language, plural, text
from helpers.render import archive
from helpers.render.links import keep_links, outside
from helpers.render.outcomes import good


def pack(run: str, output: Path, languages: list[str], target: Path | None = None, include_own: bool = False) -> Path:
    """The zip of a run (its name, or `latest`), written whole or not at all; the reports of the languages, or all."""
    if unknown := [language for language in languages if language not in LANGUAGES]:
        raise UserError(f"--language {unknown[0]}: is none of {', '.join(LANGUAGES)}")
    record = found(run, output)
    folder, facts = record["folder"], chosen(record, languages)
    if holds_own(facts) and not include_own:
        raise UserError(
            f"run {facts['run']}: holds own figures, not published; say --include-own, or `jospar render --without-own`"
        )
    wanted = languages or {language_of(report) for report in facts["reports"]}
    spoken = [code for code in ("kk", "ru", "en") if code in wanted]
    path = target or output / f"{'-'.join(['jospar', facts['run'], *(spoken if languages else [])])}.zip"
    first = LANGUAGES[0] if LANGUAGES[0] in spoken else spoken[0]
    with archive.writing_to(path.parent):
        files.write(path, zipped(folder, facts, readme(facts, spoken), first))
    return path


def holds_own(facts: dict) -> bool:
    """True when a report of the run, or the good copy of a failed one, was made with the office's own figures."""
    return facts.get("own", False) or any((good(report) or {}).get("own", False) for report in facts["reports"])


def found(run: str, output: Path) -> dict:
    """The record of the run that is meant; one that was interrupted is refused."""
    past = archive.history(output)
    record = archive.latest_complete(past) if run == "latest" else next((r for r in past if r["run"] == run), None)
    if record is None:
        raise UserError(f"run {run}: there is none of that name in {output.name}/; see `jospar runs`")
    if not record["complete"]:
        raise UserError(f"run {run}: is not complete; share another, see `jospar runs`")
    return record


def chosen(record: dict, languages: list[str]) -> dict:
    """The run's record with the reports of the languages alone, each whole, and without the folder of this machine."""
    reports = [r for r in record["reports"] if not languages or language_of(r) in languages]
    if not any(good(report) for report in reports):
        wanted = f" in {', '.join(languages)}" if languages else ""
        raise UserError(f"run {record['run']}: has no report{wanted} that could be shared")
    for report in reports:
        if good(report) and not archive.whole(record["folder"], good(report)):
            raise UserError(f"run {record['run']}: files of {report['name']} are lost or cut short; render it again")
    return {key: value for key, value in record.items() if key != "folder"} | {"reports": reports}


def language_of(report: dict) -> str:
    """The language that a report is written in."""
    return str(report["parameters"].get("language", "en"))


def zipped(folder: Path, facts: dict, words: str, language: str) -> bytes:
    """The zip's bytes; the same for the same run. In it lies the run's folder, with an index of what is sent."""
    from helpers.render import index

    first = index.pages(index.contents(facts, folder), first=language)
    first |= {index.file_name(language): first["index.html"]}  # the name by which reports in the language know it
    inside = {name for report in facts["reports"] for name in (good(report) or {}).get("files", [])}
    inside |= {*first, "run.json"}
    record = json.dumps(facts, ensure_ascii=False, indent=1) + "\n"
    whole = {"README.txt": words.encode(), "run.json": record.encode()}
    whole |= {name: within(page, inside).encode() for name, page in first.items()}
    for name in sorted(inside - whole.keys()):
        path, is_page = folder / name, name.endswith(".html")
        whole[name] = within(path.read_text(encoding="utf-8"), inside).encode() if is_page else path.read_bytes()
    buffer, began = io.BytesIO(), datetime.fromisoformat(facts["started"])
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in whole.items():
            about = zipfile.ZipInfo(f"jospar-{facts['run']}/{name}", began.timetuple()[:6])
            about.compress_type = zipfile.ZIP_DEFLATED
            about.external_attr = 0o644 << 16  # readable, whatever the sender's rights are
            file.writestr(about, data)
    return buffer.getvalue()


def within(page: str, inside: set[str]) -> str:
    """The page without its links to files that stay behind."""
    return keep_links(page, lambda address: outside(address) or unquote(address.partition("#")[0]) in inside)


def readme(facts: dict, languages: list[str]) -> str:
    """What is in the zip and how it is opened, in each of the languages."""
    parts = []
    for language in languages:
        with in_language(language):
            parts.append("\n\n".join("\n".join(lines) for lines in paragraphs(facts, language) if lines))
    # A Russian date ends with a full stop of its own.
    return f"\n\n{'-' * 72}\n\n".join(parts).replace("г..", "г.") + "\n"


def paragraphs(facts: dict, language: str) -> Iterator[list[str]]:
    """The README's paragraphs in the language in use, as lines."""
    started, read = (day(date.fromisoformat(facts[key][:10])) for key in ("started", "data_read_on"))
    title = text("Will the plan be met? Reports of {day}", day=started)
    yield [title, "=" * len(title)]
    yield [text("The figures in these reports were read by {data}.", data=read)]
    yield [text("Open index.html in a browser: it leads to every report. Neither a network nor Python is needed.")]
    shared = [report for report in facts["reports"] if good(report)]
    kinds = {name.rpartition(".")[2] for report in shared for name in good(report)["files"]}
    yield [f"  .{kind:6}{words}" for kind, words in explained().items() if kind in kinds]
    yield [text("Every report names the sources of its figures; name them too where you use a figure.")]
    own = [report for report in shared if language_of(report) == language]
    yield [plural("{n} report in this language:", "{n} reports in this language:", len(own)), *map(line, own)]
    if absent := [r["name"] for r in facts["reports"] if not good(r) and language_of(r) == language]:
        yield [text("Failed, and not in here:"), *(f"  {name}" for name in absent)]
    about = {"version": facts["version"], "commit": f" ({facts['commit']})" if facts["commit"] else ""}
    yield [text("Made with Jospar {version}{commit}; run {run}.", **about, run=facts["run"])]


def explained() -> dict[str, str]:
    """What each kind of file is for, in the order of the README."""
    return {
        "html": text("the report as a page, for any browser"),
        "pdf": text("the same to print or to send on"),
        "xlsx": text("its tables as a spreadsheet, with numbers that can be computed with"),
        "ipynb": text("the executed notebook behind it, with its code, for JupyterLab"),
    }


def line(report: dict) -> str:
    """A report's file name and title, and the day of the copy that stands for one that failed."""
    from helpers.render import index

    shown, area = good(report), report["parameters"].get("area")
    words = f"  {report['name']}: {shown['title']}" + (f", {index.area_name(area)}" if area else "")
    if report["status"] != "failed":
        return words
    copy = day(date.fromisoformat(shown["rendered"][:10]))
    return f"{words} " + text("(copy of {day}: a later one failed)", day=copy)
