"""Links of the interface: where a page is, and where its other forms and the pages beside it are."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import Request

from truceline.serve.formats import MEDIA
from truceline.serve.replies import base_of


def link(href: str, rel: str, media: str, title: str) -> dict[str, str]:
    """Return a link as the standard has it."""
    return (
        {"href": href, "rel": rel, "type": media, "title": title}
        if media
        else {"href": href, "rel": rel, "title": title}
    )


def page_links(request: Request, form: str, matched: int, offset: int, limit: int) -> list[dict[str, str]]:
    """Return the links of a page of features: itself in each format, the next and the one before."""
    here = f"{base_of(request)}{request.url.path.removeprefix('/api')}"
    said = dict(request.query_params.items()) | {"f": form}

    def at(rel: str, start: int, chosen: str, title: str) -> dict[str, str]:
        asked = said | {"f": chosen, "limit": str(limit)} | ({"offset": str(start)} if start else {})
        if not start:
            asked.pop("offset", None)
        return link(f"{here}?{urlencode(asked)}", rel, MEDIA[chosen], title)

    links = [at("self", offset, form, "This page")]
    links += [at("alternate", offset, other, f"This page as {other}") for other in MEDIA if other != form]
    if offset + limit < matched:
        links.append(at("next", offset + limit, form, "Next page"))
    if offset:
        links.append(at("prev", max(0, offset - limit), form, "Previous page"))
    return links
