"""Messages of notebooks and tables for Babel, which `make messages` calls."""

import io

from helpers.language import split_mark


def extract_notebook(file: io.BufferedReader, keywords: dict, comment_tags: list, options: dict) -> list[tuple]:
    """Messages of a notebook for Babel: the lines of its Markdown cells and the literals in its code."""
    import nbformat
    from babel.messages.extract import extract_python

    messages = []
    for cell in nbformat.reads(file.read().decode(), as_version=4).cells:
        if cell.cell_type == "markdown":
            lines = [split_mark(line)[1] for line in cell.source.splitlines() if line.strip()]
            messages += [(1, None, line, []) for line in lines]
        else:
            messages += list(extract_python(io.BytesIO(cell.source.encode()), keywords, comment_tags, options))
    return messages


def extract_table(file: io.BufferedReader, keywords: dict, comment_tags: list, options: dict) -> list[tuple]:
    """Messages of a table for Babel: the English sentences in its columns named by the option `columns`."""
    import csv

    rows = csv.DictReader(io.TextIOWrapper(file, encoding="utf-8"))
    columns = options["columns"].split()
    return [(n, None, row[c], []) for n, row in enumerate(rows, 2) for c in columns if row.get(c)]
