"""What no batch file may hold: keys that stand twice, and aliases that hold themselves or unfold without end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers import UserError

if TYPE_CHECKING:
    from pathlib import Path

    import yaml

MOST_NODES, DEEPEST = 100_000, 50


def check_tree(file: Path, tree: yaml.Node | None) -> None:
    """Stop at a key that stands twice or is no word, and at what grows or holds itself by aliases."""
    size = 0
    todo = [(tree, ())] if tree is not None else []
    while todo:
        node, above = todo.pop()
        size += 1
        where = f"{file}: line {node.start_mark.line + 1}"
        if size > MOST_NODES:
            raise UserError(f"{where}: the file unfolds to more than {MOST_NODES:,} values; use fewer aliases")
        if id(node) in above:
            raise UserError(f"{where}: an alias holds itself")
        if len(above) > DEEPEST:
            raise UserError(f"{where}: brackets stand too deep in each other")
        if node.id == "scalar":
            continue
        inner = [part for pair in node.value for part in pair] if node.id == "mapping" else node.value
        if node.id == "mapping":
            check_keys(file, node)
        todo += [(part, (*above, id(node))) for part in inner]


def check_keys(file: Path, node: yaml.Node) -> None:
    """Stop at a key that stands twice, of which YAML would take the last, or that is no word."""
    seen = set()
    for key, _ in node.value:
        where = f"{file}: line {key.start_mark.line + 1}"
        if key.id != "scalar":
            raise UserError(f"{where}: a key must be a word")
        if key.value in seen and key.value != "<<":
            raise UserError(f"{where}: the key {key.value[:40]!r} stands twice; leave one")
        seen.add(key.value)
