"""batch.yml → jobs → executed notebooks, with papermill. run.json is the record of what happened."""

import itertools
import json
import re
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path

from helpers import UserError, paths
from helpers.language import LANGUAGE_NAMES, LANGUAGES

TYPES = {"str": str, "int": int, "float": (int, float), "bool": bool}


@dataclass(frozen=True)
class Job:
    """One report to render: a notebook and the parameters that differ from its defaults."""

    notebook: Path
    parameters: dict = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The report's file name without ending: notebook--name-value--name-value."""
        parts = [f"{key}-{slug(value)}" for key, value in self.parameters.items()]
        return "--".join([self.notebook.stem, *parts])

    @property
    def language(self) -> str:
        """The language that the report is written in."""
        return str(self.parameters.get("language", "en"))


def slug(value: object) -> str:
    """A value as it can stand in a file name and an address."""
    return re.sub(r"[^\w.]+", "-", str(value)).strip("-") or "none"


def read_batch(file: Path = paths.NOTEBOOKS / "batch.yml", batch: str = "default") -> list[Job]:
    """The jobs of a batch, every combination of each entry's parameters."""
    import yaml

    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError:
        raise UserError(f"{file}: can't be read; name a batch file with --file") from None
    except yaml.YAMLError as error:
        raise UserError(f"{file}: line {error.problem_mark.line + 1}: {error.problem}") from None
    batches = content.get("batches", {}) if isinstance(content, dict) else {}
    if batch not in batches:
        raise UserError(f"{file}: has no batch {batch!r}; it has {', '.join(map(str, batches)) or 'none'}")
    return [job for entry in batches[batch] for job in _combinations(file, batch, entry)]


def _combinations(file: Path, batch: str, entry: dict) -> list[Job]:
    unknown = set(entry) - {"notebook", "parameters"} if isinstance(entry, dict) else {"entry"}
    if unknown or "notebook" not in entry:
        raise UserError(f"{file}: batch {batch}: an entry has the keys notebook and parameters, not {entry!r}")
    grid = {key: value if isinstance(value, list) else [value] for key, value in entry.get("parameters", {}).items()}
    folder = file.parent
    return [Job(folder / entry["notebook"], dict(zip(grid, v, strict=True))) for v in itertools.product(*grid.values())]


def declared(notebook: Path) -> dict[str, dict]:
    """The notebook's parameters by name: default, type and remark."""
    import nbformat
    from papermill.translators import PythonTranslator

    if not notebook.is_file():
        raise UserError(f"{notebook}: there is no such notebook")
    try:
        cells = nbformat.read(notebook, as_version=4).cells
    except (ValueError, nbformat.ValidationError, AttributeError):
        raise UserError(f"{notebook}: is no notebook that can be read") from None
    tagged = [cell for cell in cells if "parameters" in cell.metadata.get("tags", [])]
    return {found.name: found._asdict() for cell in tagged[:1] for found in PythonTranslator.inspect(cell)}


def check(job: Job) -> None:
    """Stop before anything runs when a parameter's name or type is wrong."""
    known = declared(job.notebook)
    for name, value in job.parameters.items():
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(known) or 'none'}"
            raise UserError(f"{job.notebook.name}: has no parameter {name!r}; {hint}")
        wanted = known[name]["inferred_type_name"]
        if not isinstance(value, TYPES.get(wanted, object)) or (wanted in ("int", "float") and isinstance(value, bool)):
            raise UserError(f"{job.notebook.name}: parameter {name} takes {wanted}, not {value!r}")
    if "language" in known and job.language not in LANGUAGES:
        raise UserError(f"{job.notebook.name}: language {job.language!r} is none of {', '.join(LANGUAGES)}")


def parse_parameters(notebook: Path, pairs: Iterable[str]) -> dict:
    """Parameters written as name=value, each value read as the type that the notebook declares."""
    known, values = declared(notebook), {}
    for pair in pairs:
        name, equals, written = pair.partition("=")
        if not equals:
            raise UserError(f"-p {pair}: write a parameter as name=value")
        values[name] = _typed(notebook, name, written, known.get(name, {}).get("inferred_type_name"))
    return values


def override(jobs: list[Job], pairs: list[str]) -> list[Job]:
    """The jobs with parameters set by hand; jobs that become equal are rendered once."""
    changed = [Job(job.notebook, job.parameters | parse_parameters(job.notebook, pairs)) for job in jobs]
    return list({job.name: job for job in changed}.values())


def _typed(notebook: Path, name: str, written: str, wanted: str | None) -> object:
    try:
        if wanted == "bool":
            return {"true": True, "false": False}[written.lower()]
        return {"int": int, "float": float}.get(wanted, str)(written)
    except (ValueError, KeyError):
        raise UserError(f"{notebook.name}: parameter {name} takes {wanted}, not {written!r}") from None


def sisters(job: Job, jobs: list[Job]) -> list[tuple[str, str, str]]:
    """The same report in every language of the run: code, the language's own name, address."""
    same = {key: value for key, value in job.parameters.items() if key != "language"}
    found = []
    for other in jobs:
        rest = {key: value for key, value in other.parameters.items() if key != "language"}
        if other.notebook == job.notebook and rest == same and "language" in other.parameters:
            found.append((other.language, LANGUAGE_NAMES[other.language], f"{other.name}.html"))
    return found


def render(job: Job, folder: Path, sister_pages: list[tuple]) -> dict:
    """One report's record after rendering it into the folder: name, status, seconds, kernel, error, size."""
    from helpers import share
    from helpers.execution import execute

    started = time.perf_counter()
    record = {"name": job.name, "notebook": job.notebook.name, "parameters": job.parameters, "status": "rendered"}
    notebook, kernel, error = execute(job.notebook, job.parameters, job.language)
    target = folder / ("failed" if error else "") / f"{job.name}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    share.write(target, share.notebook_text(notebook))
    if error:
        record |= {"status": "failed", "error": error}
    else:
        share.write(target.with_suffix(".html"), share.page(notebook, job.language, sister_pages))
    seconds = round(time.perf_counter() - started, 2)
    return record | {
        "title": share.title(notebook),
        "kernel": kernel,
        "seconds": seconds,
        "size": target.stat().st_size,
    }


def run(
    jobs: list[Job],
    output: Path = paths.OUTPUTS,
    workers: int = 2,
    tell: Callable[[dict], None] = lambda record: None,
    executor: Executor | None = None,
) -> Path:
    """The folder of a finished run: every job rendered or its failure recorded, run.json and the index written last."""
    from helpers import share

    for job in jobs:
        check(job)
    started = datetime.now(UTC)
    folder = new_folder(output, started)
    with executor or ThreadPoolExecutor(workers) as pool:
        pending = {pool.submit(render, job, folder, sisters(job, jobs)): n for n, job in enumerate(jobs)}
        done: dict[int, dict] = {}
        for future in as_completed(pending):
            done[pending[future]] = future.result()
            tell(future.result())
    records = [done[n] for n in range(len(jobs))]
    facts = share.provenance() | {"run": folder.name, "started": started.isoformat(timespec="seconds")}
    facts |= {"seconds": round((datetime.now(UTC) - started).total_seconds(), 1), "reports": records}
    share.write(folder / "run.json", json.dumps(facts, ensure_ascii=False, indent=1) + "\n")
    share.write(output / "index.html", share.index(facts))
    return folder


def new_folder(output: Path, started: datetime) -> Path:
    """A new folder named after the start of the run; a second run in the same second gets a number."""
    for number in itertools.count(1):
        folder = output / (started.strftime("%Y-%m-%d_%H%M%S") + (f"-{number}" if number > 1 else ""))
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            if not output.is_dir():
                raise UserError(f"{output}: is a file; name a folder with --output") from None
            continue
        except OSError as error:
            raise UserError(f"{output}: {error.strerror}; name a folder that can be written with --output") from None
        return folder
