"""Figures out of people's spreadsheets: any layout in, rows with figures by period out; what is left out is named."""

from helpers.refresh.people import importing, template
from helpers.refresh.people.rows import Row, read_rows

__all__ = ["Row", "importing", "read_rows", "template"]
