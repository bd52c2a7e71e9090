"""Every notebook gives a report whatever is asked of it: another region, an early day, a short horizon, a reading."""

import nbformat
import pytest

from helpers import files, render as runs
from helpers.render import batch
from helpers.render.batch import Job

NOTEBOOKS = sorted(files.NOTEBOOKS.glob("[0-9]*.ipynb"))
VARIANTS = [{"area": "KZ-75"}, {"as_of": "2012-06-01"}, {"until": 2025}, {"reading": "as_printed"}]


@pytest.mark.slow
@pytest.mark.parametrize("asked", VARIANTS, ids=str)
def test_every_notebook_answers(asked, tmp_path):
    jobs = [Job(path, asked) for path in NOTEBOOKS if set(asked) <= set(batch.declared(path))]
    run = runs.run(jobs, tmp_path)
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
