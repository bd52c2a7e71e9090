"""The office's own figures out of its spreadsheets: a template to fill in, an import that shows before it writes."""

from helpers.refresh.people import importing, template

__all__ = ["importing", "template"]
