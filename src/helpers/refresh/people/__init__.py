"""The office's own figures out of its spreadsheets: a template, an import with a preview, lists to judge."""

from helpers.refresh.people import importing, listing, template

__all__ = ["importing", "listing", "template"]
