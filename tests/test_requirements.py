"""pyproject.toml is the truth for requirements; environment.yml and requirements.lock follow it."""

import re
import tomllib

import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from helpers import files

PROJECT = tomllib.loads((files.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# The benchmarks' peers are for maintainers who measure: no user's environment has to hold them.
EXTRAS = [line for name, extra in PROJECT["optional-dependencies"].items() if name != "benchmark" for line in extra]
LOCK = (files.ROOT / "requirements.lock").read_text(encoding="utf-8")


def required():
    found = [Requirement(line) for line in PROJECT["dependencies"] + EXTRAS]
    return {requirement.name: requirement.specifier for requirement in found}


def test_the_conda_environment_asks_for_what_the_project_asks_for():
    environment = yaml.safe_load((files.ROOT / "environment.yml").read_text(encoding="utf-8"))
    conda = [line for line in environment["dependencies"] if isinstance(line, str)]
    # What conda-forge lacks comes from the package index; the last line is the project itself.
    *index, _ = next(line["pip"] for line in environment["dependencies"] if isinstance(line, dict))
    lines = [Requirement(line) for line in conda + index]
    asked = {line.name: line.specifier for line in lines if line.name not in ("python", "pip")}
    assert asked == required()
    python = next(line for line in lines if line.name == "python")
    assert python.specifier == SpecifierSet(PROJECT["requires-python"])


def test_the_lock_holds_a_version_that_the_project_allows_for_every_requirement():
    locked = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", LOCK, re.MULTILINE):
        locked.setdefault(name, []).append(version)
    for name, allowed in required().items():
        assert name in locked, name
        assert all(version in allowed for version in locked[name]), name


def test_the_lock_pins_every_package_with_hashes_and_names_no_index():
    blocks = re.split(r"^(?=[A-Za-z])", LOCK, flags=re.MULTILINE)[1:]
    assert len(blocks) > 100
    assert all("--hash=sha256:" in block and "==" in block for block in blocks)
    assert "://" not in LOCK
    assert "--index-url" not in LOCK
