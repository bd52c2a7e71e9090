"""The house keeps its shape: no arrow up, no circle, no import past a door, no private name across a wall.

`python tests/test_layers.py` prints how large the house is and which rooms lean on which.
"""

import ast
import importlib
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "helpers"
# What is still longer than the house allows, and may not grow: each is a wall to move.
FLOORS = (  # the ground first
    {"files", "language", "workbooks"},
    {"shared", "statistics", "plan"},
    {"forecast", "refresh"},
    {"targets", "render"},
    {"tables", "charts"},
    {"prose", "pensions", "record"},
    {"cli"},
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
ROOMS = sorted(FLOOR.keys() - {"files", "shared"})
LONGEST_MODULE, LONGEST_FUNCTION, LARGEST_HOUSE = 300, 25, 18_580  # lines


@dataclass(frozen=True)
class Import:
    """A name that a module takes out of a room, `inside` being the path behind the room's door."""

    module: str
    room: str
    inside: str
    name: str


@cache
def modules() -> dict[Path, ast.Module]:
    """Every module of the house with its syntax tree."""
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def imports(path: Path) -> list[Import]:
    """What a module imports of the house, at its top or later; what only a type checker reads is no arrow."""
    tree, taken = modules()[path], []
    typed = [node for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)]
    skipped = {id(child) for node in typed for child in ast.walk(node)}
    module = path.relative_to(PACKAGE).as_posix()
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.ImportFrom)
            and (node.module or "").split(".")[0] == "helpers"
            and id(node) not in skipped
        ):
            _, _, inner = node.module.partition(".")
            for alias in node.names:
                room, _, inside = (inner or alias.name).partition(".")
                taken.append(Import(module, room, inside, alias.name))
    return taken


def arrows() -> set[tuple[str, str]]:
    """Pairs of rooms of which the first imports from the second."""
    pairs = {(room_of(path), found.room) for path in modules() for found in imports(path)}
    return {(room, other) for room, other in pairs if room != other and {room, other} <= set(FLOOR)}


def public_names(room: str) -> set[str]:
    """What a door offers: the names in its `__all__`."""
    tree = modules()[PACKAGE / room / "__init__.py"]
    lists = [
        node.value for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets) == "__all__"
    ]
    return set(ast.literal_eval(lists[0])) if lists else set()


def test_every_room_has_its_floor_and_its_door():
    folders = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    assert folders == set(ROOMS)
    assert len(ROOMS) < 15  # and the ground


@pytest.mark.slow
def test_no_arrow_runs_up_or_sideways():
    assert [pair for pair in sorted(arrows()) if FLOOR[pair[1]] >= FLOOR[pair[0]]] == []


@pytest.mark.parametrize("room", ROOMS)
def test_nothing_reaches_past_the_door(room):
    offered = public_names(room)
    for path in modules():
        if room_of(path) != room:
            taken = [found for found in imports(path) if found.room == room]
            assert [found for found in taken if found.inside] == []
            assert [found for found in taken if found.name not in {*offered, room}] == []


def test_a_room_shows_its_public_names_alone():
    for room in ROOMS:
        offered = public_names(room)
        assert not offered or set(dir(importlib.import_module(f"helpers.{room}"))) == offered, room


def test_no_private_name_crosses_a_wall():
    crossing = [found for path in modules() for found in imports(path) if found.name.startswith("_")]
    assert [found for found in crossing if found.module.split("/")[0] != found.room] == []


def test_modules_and_their_functions_stay_short():
    assert [place for path in modules() for place in too_long(path)] == []


def too_long(path: Path) -> list[str]:
    """The module, and its functions, that are longer than the house allows; a docstring doesn't count."""
    name = path.relative_to(PACKAGE).as_posix()
    lines = len(path.read_text(encoding="utf-8").splitlines())
    places = [name] if lines > LONGEST_MODULE else []
    for node in ast.walk(modules()[path]):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            place = f"{name}: {node.name}"
            if body and node.end_lineno - body[0].lineno >= LONGEST_FUNCTION:
                places.append(place)
    return places


def test_the_house_stays_small():
    assert lines_of_code() <= LARGEST_HOUSE


def lines_of_code() -> int:
    return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in modules())


def circles() -> list[tuple[str, str]]:
    return [(a, b) for a, b in sorted(arrows()) if (b, a) in arrows() and a < b]


if __name__ == "__main__":
    up = [pair for pair in sorted(arrows()) if FLOOR[pair[1]] >= FLOOR[pair[0]]]
    past = sorted({f"{i.module} -> {i.room}.{i.inside} ({i.name})" for p in modules() for i in imports(p)
                   if i.inside and i.room in FLOOR and room_of(p) != i.room})  # fmt: skip
    print(f"{lines_of_code():,} lines, {len(modules())} files, {len(FLOOR)} rooms, ground and {len(FLOORS) - 1} floors")
    print(f"{len(arrows())} arrows, {len(up)} up or sideways, {len(circles())} circles, {len(past)} past a door")
    print("up:", *[" -> ".join(pair) for pair in up], sep="\n  ")
    print("past a door:", *past, sep="\n  ")
    for _, higher in pairwise(FLOORS):
        for room in sorted(higher):
            print(room, "->", ", ".join(sorted(other for one, other in arrows() if one == room)))
