"""The report as one HTML file that opens from disk with no network, and the map alone."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup

from truceline.findings.tables import Assessment
from truceline.report.chart import chart_alt, plot_box
from truceline.report.judged import judged_incidents
from truceline.report.map_data import page_data
from truceline.report.page import Section
from truceline.report.telling import Telling, tell_report
from truceline.report.words import Words
from truceline.timespan import find_zone

# the words the page's script needs
_SCRIPT_WORDS = ("all_days", "play", "pause", "shown", "no_webgl", "probability", "exists", "error", "settle")


def render_html(
    assessment: Assessment,
    *,
    language: str = "en",
    release_notes: Sequence[str] = (),
    corrections: Sequence[str] = (),
    record_root: str = "",
) -> str:
    """Return the whole report as one HTML file: script, land and pictures are inside it and it asks for nothing.

    Every text is escaped. A content security policy lets only the file's own two scripts run, known by their
    digests, and forbids every connection.
    """
    text = {"release_notes": release_notes, "corrections": corrections}
    return html_of(tell_report(assessment, language=language, record_root=record_root, **text))


def html_of(telling: Telling) -> str:
    """Return `render_html` of a report already told."""
    data = page_data(telling.assessment, telling.judged, telling.words) | {"plot": plot_box(telling.figure)}
    return _page("report.html.j2", telling.assessment, telling.words, telling.sections, data, telling.chart)


def map_html(assessment: Assessment, *, language: str = "en") -> str:
    """Return the map alone as one HTML file, for a notebook's frame or a second screen."""
    words = Words(language=language, zone=find_zone(assessment.timezone))
    section = Section(key="map", title=words("section.map"), text=(words("map.intro"),))
    data = page_data(assessment, judged_incidents(assessment), words) | {"plot": {}}
    return _page("map.html.j2", assessment, words, (section,), data)


def _page(
    template: str,
    assessment: Assessment,
    words: Words,
    sections: tuple[Section, ...],
    data: dict[str, Any],
    chart: str = "",
) -> str:
    data["words"] = {name: words(f"map.{name}") for name in _SCRIPT_WORDS}
    map_script, page_script = vendored("vendor/maplibre-gl.js"), vendored("templates/report.js")
    return (
        templates()
        .get_template(template)
        .render(
            assessment=assessment,
            words=words,
            sections=sections,
            chart=Markup(bare_svg(chart)),  # made here from escaped parts, not from anybody's text
            chart_alt=chart_alt(assessment, words),
            data=Markup(_script_json(data)),
            style=Markup(vendored("vendor/maplibre-gl.css") + style()),
            map_script=Markup(map_script),
            page_script=Markup(page_script),
            policy=_policy(map_script, page_script),
            days=data["days"],
            colours=data["colours"],
            zones={zone["id"]: zone["name"] for zone in data["zones"]},
            parties=", ".join(p.called for p in assessment.agreement.parties),
        )
    )


def bare_svg(svg: str) -> str:
    """Return the SVG element alone, without XML declaration and document type, which HTML does not know."""
    return svg[svg.index("<svg") :] if svg else ""


def _script_json(value: Any) -> str:
    """Return JSON that cannot end the script element it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False, sort_keys=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _policy(*scripts: str) -> str:
    digests = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts]
    allowed = " ".join(f"'sha256-{d}'" for d in digests)
    return (
        f"default-src 'none'; script-src {allowed}; worker-src blob:; child-src blob:; style-src 'unsafe-inline'; "
        "img-src data: blob:; connect-src data: blob:; base-uri 'none'; form-action 'none'"
    )


@cache
def vendored(path: str) -> str:
    """Return a text file of this folder, safe inside a script element."""
    text = resources.files("truceline.report").joinpath(path).read_text(encoding="utf-8")
    # a script is cut off at the first closing tag in it, and its digest is that of what stands between the tags
    return text.replace("</script", "<\\/script").replace("\r\n", "\n")


def style() -> str:
    """Return the style of every report: the palette, which the operations room shares, and the layout."""
    return vendored("templates/palette.css") + vendored("templates/report.css")


@cache
def templates(package: str = "truceline.report", folder: str = "templates") -> jinja2.Environment:
    """Return the templates in a package's folder, which escape every text."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader(package, folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
