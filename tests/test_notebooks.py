"""Every notebook gives a report whatever is asked of it: another region, an early day, a short horizon, a reading."""

import ast

import nbformat
import pytest

from helpers import files, render
from helpers.render import batch
from helpers.render.batch import Job

NOTEBOOKS = sorted(files.NOTEBOOKS.glob("[0-9]*.ipynb"))
# The workbench is no report: its windows are an economist's own, for its own day; nbval runs it as it stands.
REPORTS = [path for path in NOTEBOOKS if path.stem != "8_workbench"]
ASKED = [{"area": "KZ-75"}, {"as_of": "2012-06-01"}, {"until": 2025}, {"reading": "as_printed"}]
CROSSED = [ASKED[0] | ASKED[2], ASKED[1] | ASKED[3]]


def variants(asked):
    """The notebooks with those of these parameters that they have, each once."""
    for path in REPORTS:
        known = batch.declared(path)
        for one in asked:
            if own := {name: value for name, value in one.items() if name in known}:
                yield pytest.param(path, own, id=f"{path.stem}-{'-'.join(own)}")


def run(path, asked):
    """Run the notebook's code in this process, with other parameters, and let each cell's last value show itself."""
    names = {}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            *statements, last = ast.parse(cell.source).body or [ast.Pass()]
            value = ast.Expression(last.value) if isinstance(last, ast.Expr) else None
            exec(compile(ast.Module(statements if value else [*statements, last], []), path.name, "exec"), names)
            if value:
                show(eval(compile(value, path.name, "eval"), names))
            if "parameters" in cell.metadata.get("tags", []):
                names |= asked


def show(value):
    """What Jupyter asks of a value that stands last in a cell."""
    for name in ("_repr_mimebundle_", "_repr_html_", "_repr_markdown_"):
        if hasattr(value, name):
            getattr(value, name)()


@pytest.mark.slow
@pytest.mark.parametrize(("path", "asked"), list(variants(CROSSED)))
def test_every_notebook_answers(path, asked):
    run(path, asked)


@pytest.mark.slow
@pytest.mark.hard
@pytest.mark.parametrize(("path", "asked"), list(variants(ASKED)))
def test_every_notebook_answers_in_a_kernel_and_as_a_page(path, asked, tmp_path):
    run = render.run([Job(path, asked)], tmp_path)
    assert [(r["name"], r["error"]) for r in run["reports"] if r["status"] == "failed"] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_argument_and_not_code(path):
    cells = nbformat.read(path, as_version=4).cells
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    for source in code:
        assert len(source.splitlines()) <= 10, source
        for word in ("def ", "for ", "while ", "try:", "lambda"):
            assert not any(line.startswith(word) for line in source.splitlines()), source
    assert sum(len(source.splitlines()) for source in code) <= 150
    assert all(not cell.outputs for cell in cells if cell.cell_type == "code")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_parameter_has_a_type_and_a_remark(path):
    known = batch.declared(path)
    assert known
    for name, parameter in known.items():
        assert parameter["inferred_type_name"] in ("str", "int", "float", "bool"), name
        assert parameter["help"], name
