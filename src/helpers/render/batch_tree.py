"""How YAML is read in a batch file, and what none may hold: keys that stand twice, aliases that unfold without end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from helpers import UserError

if TYPE_CHECKING:
    from pathlib import Path

    import yaml

MOST_NODES, DEEPEST = 100_000, 50

# What is no text: `no` and `off` are no truth, 011 is not 9, 1:30 is not 90, and a day stays as it is written.
KINDS = {
    "bool": r"true|True|TRUE|false|False|FALSE",
    "int": r"[-+]?(0|[1-9][0-9]*)",
    "float": r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
    "null": r"~|null|Null|NULL|",
    "merge": r"<<",
}


def loader() -> type[yaml.SafeLoader]:
    """The reader of YAML's newer rules: a word without quotes is text unless it is a truth, a number or nothing."""
    import yaml

    rules = [(f"tag:yaml.org,2002:{kind}", re.compile(f"(?:{form})$")) for kind, form in KINDS.items()]
    return type("Loader", (yaml.SafeLoader,), {"yaml_implicit_resolvers": {None: rules}})


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
