"""Pages of the interface for people: a title, links, and a table. No script runs on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

import yaml

from truceline.report.html import templates
from truceline.report.page import Table, web_link

STYLE = "/static/room.css"


def listing_html(title: str, description: str, links: Sequence[Mapping[str, str]], tables: Sequence[Table] = ()) -> str:
    """Return a page. Every text is escaped; links that are not web addresses are left out."""
    shown = [link for link in links if web_link(link["href"])]
    return (
        templates("truceline.serve", "page")
        .get_template("listing.html.j2")
        .render(title=title, description=description, links=shown, tables=tables, style=STYLE)
    )


@cache
def page_file(name: str) -> bytes:
    """Return a file of the page."""
    return resources.files("truceline.serve").joinpath(f"page/{name}").read_bytes()


@cache
def room_words(language: str) -> Mapping[str, str]:
    """Return the page's own words in one language: key -> text, each key beginning with `room.`."""
    said: dict[str, dict[str, str]] = yaml.safe_load(page_file("words.yaml"))
    return {f"room.{key}": texts[language] for key, texts in said.items() if language in texts}
