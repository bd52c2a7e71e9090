"""What colour a verdict has. Imports nothing, so that a page that only shows verdicts is made at once."""

from helpers.language import message

TONE = {
    message("met"): "good",
    message("very likely"): "good",
    message("likely"): "good",
    message("about as likely as not"): "mid",
    message("unlikely"): "bad",
    message("very unlikely"): "bad",
    message("missed"): "bad",
    message("no target"): "quiet",
    message("not measured"): "quiet",
}
# Shown where no page style reaches, such as a notebook on a code host.
INLINE = {"good": "color:#0b6e4f", "bad": "color:#9c2413", "mid": "color:#6a4b00", "quiet": "color:#52606b"}
