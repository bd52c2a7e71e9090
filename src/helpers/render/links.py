"""Links of a page that leaves its folder: those that lead nowhere from there become plain words."""

from collections.abc import Callable

from lxml import html


def outside(address: str) -> bool:
    """True for an address that means the same wherever the page lies: on the web, or within the page."""
    return address.startswith(("http://", "https://", "#"))


def keep_links(page: str, condition: Callable[[str], bool]) -> str:
    """The page with the links whose address is kept; a link to the same page in another language goes whole."""
    tree = html.document_fromstring(page.encode(), html.HTMLParser(encoding="utf-8", huge_tree=True))  # of pictures
    for link in tree.xpath("//a[@href]"):
        if not condition(link.get("href")):
            link.drop_tree() if "hreflang" in link.attrib else link.drop_tag()
    whole = html.tostring(tree, encoding="unicode", doctype="<!DOCTYPE html>")
    return whole.replace("</source>", "")  # HTML 4, which lxml writes, doesn't know that this one has no end
