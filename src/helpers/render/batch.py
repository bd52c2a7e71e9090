"""batch.yml → jobs: which notebook is rendered with which parameters, checked before anything runs."""

import hashlib
import itertools
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from reprlib import repr as brief

from helpers import UserError, files
from helpers.language import LANGUAGE_NAMES
from helpers.render import values
from helpers.render.batch_tree import check_tree, loader
from helpers.render.source import opened, source_cells

TYPES, FORMATS = {"str": str, "int": int, "float": (int, float), "bool": bool}, ("html", "xlsx", "pdf")
KEYS = {"notebook": str, "parameters": dict, "skip": bool, "formats": list, "time_limit": int, "batch": str, "own": str}
DEFAULT_PLAN = "data/plan"
DECLARED_PLAN = re.compile(r"^plan(?:: str)? = ([\"'])(.*?)\1", re.M)
MOST_LETTERS = 1_000_000  # of a batch file; the largest in use has 2,000
MOST_JOBS, MOST_SECONDS, LONGEST_PATH = 20_000, 7 * 24 * 3600, 1_000
LONGEST_NAME = 180  # letters; file systems take 255 bytes, and there are endings


@dataclass(frozen=True)
class Job:
    """One report to render: a notebook and the parameters that differ from its defaults."""

    notebook: Path
    parameters: dict = field(default_factory=dict)
    formats: tuple[str, ...] = ("html",)
    time_limit: int = 600  # seconds for one cell
    own: str = ""  # folder of own figures, from the repository's root; `none` for the public edition

    @property
    def name(self) -> str:
        """The report's file name without ending: notebook--name-value--name-value."""
        parts = [f"{key}-{slug(value)}" for key, value in self.parameters.items()]
        whole = "--".join([self.notebook.stem, *parts])
        if len(whole.encode()) <= LONGEST_NAME:
            return whole
        return f"{self.notebook.stem[:40]}--{hashlib.sha256(whole.encode()).hexdigest()[:16]}"

    @property
    def plan(self) -> str:
        """The folder of the plan that the report is on, as the parameter or the notebook's default names it."""
        # Read without Jupyter: a run in which nothing has changed asks for every report.
        lines = "\n".join("".join(source) for kind, source, _ in source_cells(self.notebook) or [] if kind == "code")
        stated = DECLARED_PLAN.search(lines)
        return str(self.parameters.get("plan", stated[2] if stated else DEFAULT_PLAN))

    @property
    def language(self) -> str:
        """The language that the report is written in."""
        return str(self.parameters.get("language", "en"))


def sisters(jobs: list[Job]) -> list[list[tuple[str, str, str]]]:
    """For each job the same report in every language of the run: code, the language's own name, address."""
    groups: dict[str, list] = {}
    pages = []
    for job in jobs:
        others = sorted((key, value) for key, value in job.parameters.items() if key != "language")
        group = groups.setdefault(repr((job.notebook, others)), [])  # it grows until the last job is seen
        if "language" in job.parameters and job.language in LANGUAGE_NAMES:
            group.append((job.language, LANGUAGE_NAMES[job.language], f"{job.name}.html"))
        pages.append(group if "language" in job.parameters else [])
    return pages


def slug(value: object) -> str:
    """A value as it can stand in a file name and an address."""
    return re.sub(r"[^\w.]+", "-", str(value)).strip("-") or "none"


def read_batch(file: Path = files.NOTEBOOKS / "batch.yml", batch: str = "default") -> list[Job]:
    """The jobs of a batch, every combination of each entry's parameters; a fault is named with its line."""
    import yaml

    try:
        words = file.read_text(encoding="utf-8-sig")
        if len(words) > MOST_LETTERS:
            raise UserError(f"{file}: has {len(words):,} letters; {MOST_LETTERS:,} are allowed")
        tree = yaml.compose(words, loader())
        check_tree(file, tree)
        content = yaml.load(words, loader())
    except (OSError, UnicodeDecodeError):
        raise UserError(f"{file}: can't be read; name a batch file with --file") from None
    except RecursionError:
        raise UserError(f"{file}: brackets stand too deep in each other") from None
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        problem, *_ = str(getattr(error, "problem", error)).splitlines()
        raise UserError(f"{file}: line {mark.line + 1 if mark else 1}: {problem}") from None
    batches = content.get("batches") if isinstance(content, dict) else None
    jobs = expand(file, tree, batches if isinstance(batches, dict) else {}, (batch,))
    if len(folders := sorted({job.own for job in jobs})) > 1:
        raise UserError(f"{file}: own: a run takes one folder of own figures, not {', '.join(map(brief, folders))}")
    return distinct(jobs)


def distinct(jobs: list[Job]) -> list[Job]:
    """The jobs, each once. Raises UserError where two that differ would have one name, so that one would be lost."""
    by_name: dict[tuple, Job] = {}
    for job in jobs:
        first = by_name.setdefault((job.notebook, job.name), job)
        # 1 and True are equal, and so are 1 and 1.0, but their reports differ.
        if repr(first.parameters) != repr(job.parameters):
            raise UserError(f"{job.name}: two reports would have this name; their parameters differ in signs alone")
        # Whichever entry asks for a format gets it.
        formats = tuple(dict.fromkeys(first.formats + job.formats))
        limit = max(first.time_limit, job.time_limit)
        by_name[job.notebook, job.name] = replace(first, formats=formats, time_limit=limit)
    return list(by_name.values())


def expand(file: Path, tree: object, batches: dict, chain: tuple[str, ...]) -> list[Job]:
    """The jobs of the last batch of the chain; an entry may stand for all of another batch."""
    batch = chain[-1]
    if batch not in batches:
        raise UserError(f"{file}: has no batch {batch!r}; it has {', '.join(map(str, batches)) or 'none'}")
    if not isinstance(batches[batch], list):
        raise UserError(f"{file}: line {line_of(tree, 'batches', batch)}: {batch}: must be a list of entries")
    jobs: list[Job] = []
    for n, entry in enumerate(batches[batch]):
        check_entry(file, tree, batch, n, entry)
        if entry.get("skip"):
            continue
        if "batch" not in entry:
            jobs += combinations(file.parent, entry)
        elif entry["batch"] in chain:
            raise UserError(f"{file}: line {line_of(tree, 'batches', batch, n)}: batch {entry['batch']} holds itself")
        else:
            jobs += expand(file, tree, batches, (*chain, entry["batch"]))
    return jobs


def check_entry(file: Path, tree: object, batch: str, n: int, entry: object) -> None:
    """Stop at the first key of an entry that is unknown, missing or of the wrong kind, with its line."""

    def fault(words: str, *keys: str) -> UserError:
        return UserError(f"{file}: line {line_of(tree, 'batches', batch, n, *keys)}: {words}")

    if not isinstance(entry, dict):
        raise fault(f"an entry has the keys {', '.join(KEYS)}; this is {brief(entry)}")
    for key, value in entry.items():
        if key not in KEYS:
            raise fault(f"unknown key {brief(key)}; {files.nearest(str(key), KEYS)}", key)
        if not isinstance(value, KEYS[key]) or (KEYS[key] is int and (isinstance(value, bool) or value < 1)):
            raise fault(f"{key}: takes {KEYS[key].__name__}, not {brief(value)}", key)
    if "batch" in entry and entry.keys() - {"batch", "skip"}:
        raise fault("an entry that names a batch has no other key but skip")
    if "notebook" not in entry and "batch" not in entry:
        raise fault("the key 'notebook' is missing")
    check_values(entry, fault)


def check_values(entry: dict, fault: Callable[..., UserError]) -> None:
    """Stop at a value of an entry that no report can take, and at more reports than are allowed."""
    for name, value in entry.get("parameters", {}).items():
        if any(isinstance(one, dict | list) for one in (value if isinstance(value, list) else [value])):
            raise fault(f"{brief(name)}: takes a value or a list of values", "parameters", str(name))
    if "own" in entry.get("parameters", {}):
        raise fault("own: is a key of the entry, beside parameters", "parameters", "own")
    if wrong := [one for one in entry.get("formats", []) if not isinstance(one, str)]:
        raise fault(f"formats: knows {', '.join(FORMATS)}, not {brief(wrong[0])}", "formats")
    if any(sign in entry.get("notebook", "") for sign in "\0\n") or len(entry.get("notebook", "")) > LONGEST_PATH:
        raise fault("notebook: is no name of a file", "notebook")
    if entry.get("time_limit", 1) > MOST_SECONDS:
        raise fault(f"time_limit: takes {MOST_SECONDS} seconds at most", "time_limit")
    number = math.prod(len(v) for v in entry.get("parameters", {}).values() if isinstance(v, list))
    if number > MOST_JOBS:
        raise fault(f"parameters: make {number:,} reports; {MOST_JOBS:,} are allowed", "parameters")
    if empty := [name for name, value in entry.get("parameters", {}).items() if value == []]:
        raise fault(f"{empty[0]}: an empty list leaves nothing to render", "parameters", str(empty[0]))
    if unknown := set(entry.get("formats", [])) - set(FORMATS):
        raise fault(f"formats: knows {', '.join(FORMATS)}, not {', '.join(map(str, unknown))}", "formats")


def line_of(node: object, *keys: object) -> int:
    """The line, from 1, on which a key of the file stands; of the nearest key above it when it isn't there."""
    line = node.start_mark.line + 1
    for key in keys:
        if isinstance(key, int):
            node = node.value[key]
            line = node.start_mark.line + 1
            continue
        pairs = {name.value: (name, value) for name, value in node.value}
        if str(key) not in pairs:
            break
        name, node = pairs[str(key)]
        line = name.start_mark.line + 1
    return line


def combinations(folder: Path, entry: dict) -> list[Job]:
    """The jobs of one entry: a parameter with a list of values takes each of them."""
    given = entry.get("parameters", {})
    grid = {str(key): value if isinstance(value, list) else [value] for key, value in given.items()}
    settings = {key: entry[key] for key in ("time_limit", "own") if key in entry}
    settings["formats"] = tuple(entry.get("formats", Job.formats))
    chosen = [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]
    return [Job(folder / entry["notebook"], parameters, **settings) for parameters in chosen]


def declared(notebook: Path) -> dict[str, dict]:
    """The notebook's parameters by name: default, type and remark."""
    if not notebook.is_file():
        raise UserError(f"{notebook}: there is no such notebook")
    return _declared(notebook, notebook.stat().st_mtime_ns)


@lru_cache
def _declared(notebook: Path, changed: int) -> dict[str, dict]:
    """As `declared`, read once for each state of the file: a batch asks for every report."""
    from papermill.translators import PythonTranslator

    cells = opened(notebook).cells
    tagged = [cell for cell in cells if "parameters" in (cell.metadata.get("tags") or [])]
    return {parameter.name: parameter._asdict() for cell in tagged[:1] for parameter in PythonTranslator.inspect(cell)}


def check(job: Job) -> None:
    """Stop before anything runs when a parameter's name or type is wrong, or the plan has no tables."""
    known = declared(job.notebook)
    for name, value in job.parameters.items():
        if name not in known:
            raise UserError(f"{job.notebook.name}: has no parameter {name!r}; {files.nearest(name, known)}")
        wanted = known[name]["inferred_type_name"]
        if not isinstance(value, TYPES.get(wanted, object)) or (wanted in ("int", "float") and isinstance(value, bool)):
            advice = "; put it in quotes" * (wanted == "str") or "; it is true or false" * (wanted == "bool")
            raise UserError(f"{job.notebook.name}: parameter {name} takes {wanted}, not {value!r}{advice}")
    if "plan" in known and Path(job.plan).is_absolute():  # reports show their parameters
        raise UserError(f"plan: {job.plan} is a path of this machine; name the folder from the repository's root")
    if "plan" in known and not (files.plan_folder(job.plan) / "targets.csv").is_file():
        raise UserError(f"plan: {job.plan} holds no plan's tables; make them with `jospar plan read FILE --output DIR`")
    for name, value in job.parameters.items():
        if words := values.fault(name, value, known[name]):
            raise UserError(f"{job.notebook.name}: {words}")


def override(jobs: list[Job], pairs: list[str]) -> list[Job]:
    """The jobs with parameters set by hand; jobs that become equal are rendered once."""
    if not pairs:
        return jobs
    known = {job.notebook: set(declared(job.notebook)) for job in jobs}
    everywhere, changed = set().union(*known.values()), []
    for job in jobs:
        # A parameter that only some notebooks have is set in those; one that none has stops at the first.
        foreign = everywhere - known[job.notebook]
        own = [pair for pair in pairs if pair.partition("=")[0] not in foreign]
        changed.append(replace(job, parameters=job.parameters | parse_parameters(job.notebook, own)))
    return [job for n, job in enumerate(changed) if job not in changed[:n]]


def parse_parameters(notebook: Path, pairs: Iterable[str]) -> dict:
    """Parameters written as name=value, each value read as the type that the notebook declares."""
    known, parameters = declared(notebook), {}
    readers = {"bool": lambda word: {"true": True, "false": False}[word.lower()], "int": int, "float": float}
    for pair in pairs:
        name, equals, word = pair.partition("=")
        if not equals:
            raise UserError(f"-p {pair}: write a parameter as name=value")
        wanted, word = known.get(name, {}).get("inferred_type_name"), values.understood(name, word)
        try:
            parameters[name] = readers.get(wanted, str)(word)
        except (ValueError, KeyError):
            raise UserError(f"{notebook.name}: parameter {name} takes {wanted}, not {word!r}") from None
    return parameters
