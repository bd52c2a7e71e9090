"""Links of a page that leaves its folder: those that lead nowhere from there become plain words."""

import re
from collections.abc import Callable

ANCHOR = re.compile(r"<a\b([^>]*?)\shref=\"([^\"]*)\"([^>]*)>(.*?)</a>", re.DOTALL)


def outside(address: str) -> bool:
    """True for an address that means the same wherever the page lies: on the web, or within the page."""
    return address.startswith(("http://", "https://", "#"))


def keep_links(html: str, condition: Callable[[str], bool]) -> str:
    """The page with the links whose address is kept; a link to the same page in another language goes whole."""

    def instead(link: re.Match) -> str:
        before, address, after, words = link.groups()
        if condition(address):
            return link.group()
        return "" if "hreflang=" in before + after else words

    return ANCHOR.sub(instead, html)
