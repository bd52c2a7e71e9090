"""What colour a verdict has. Imports next to nothing, so that a page that only shows verdicts is made at once."""

from collections.abc import Mapping

from helpers.language.wording import message

TONE = {
    message("met"): "good",
    message("very likely"): "good",
    message("likely"): "good",
    message("about as likely as not"): "mid",
    message("unlikely"): "bad",
    message("very unlikely"): "bad",
    message("missed"): "bad",
    message("no target"): "quiet",
    message("no comparable data"): "quiet",
    message("too few figures for a forecast"): "quiet",
    message("no forecast"): "quiet",
}
# Shown where no page style reaches, such as a notebook on a code host.
INLINE = {"good": "color:#0b6e4f", "bad": "color:#9c2413", "mid": "color:#6a4b00", "quiet": "color:#52606b"}


def said_of(row: Mapping) -> str:
    """The verdict of a judged row in English, ready to be translated: of a missing target also why it is missing."""
    if row["verdict"] != "no target":
        return row["verdict"]
    return message("none set") if row["reading"] == "blank" else message("cell lost")
