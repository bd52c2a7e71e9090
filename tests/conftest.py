"""What all tests share: English to start with, and small hand-made notebooks."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers.language import use_language


@pytest.fixture(autouse=True)
def _english():
    use_language("en")
    yield
    use_language("en")


@pytest.fixture
def make_notebook(tmp_path):
    """Writes a small notebook whose first code cell holds its parameters."""

    def make(
        name: str, *code: str, parameters: str = 'language: str = "en"\nrate: float = 1.0', title: str = "A title"
    ) -> Path:
        cells = [new_markdown_cell(f"# {title}"), new_code_cell(parameters, metadata={"tags": ["parameters"]})]
        cells += [new_code_cell(source) for source in code]
        path = tmp_path / f"{name}.ipynb"
        nbformat.write(new_notebook(cells=cells), path)
        return path

    return make
