"""A paper: sections with pictures and tables that are not about one monitoring run, as one HTML file or PDF."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from truceline.report.html import bare_svg, style, templates
from truceline.report.page import Section
from truceline.report.pdf import sections_pdf
from truceline.report.words import Words

LONG = 12  # rows of a table of a page; longer ones are folded, none is cut
ROWS = 60  # of each table in a PDF: a paper has no exports that hold the rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A titled list of sections, made at an instant; the first section is the bottom line."""

    kind: str  # what sort of paper, such as "Outlook"
    title: str
    about: str
    sections: tuple[Section, ...]
    now: datetime
    language: str = "en"

    @property
    def made(self) -> str:
        """Return when it was made, in words."""
        return self.words("report.made", now=self.now.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC"))

    @property
    def words(self) -> Words:
        """Return the catalogue it is written from."""
        return Words(language=self.language, zone=ZoneInfo("UTC"))


def paper_html(paper: Paper) -> str:
    """Return the paper as one HTML file that asks for nothing: no script, no connection; every text is escaped."""
    return (
        templates()
        .get_template("paper.html.j2")
        .render(
            paper=paper,
            long=LONG,
            words=paper.words,
            pictures={s.key: Markup(bare_svg(s.picture)) for s in paper.sections},  # made here from escaped parts
            style=Markup(style()),
        )
    )


def paper_pdf(paper: Paper) -> bytes:
    """Return the paper as a PDF; the same paper gives the same bytes."""
    head = {"kind": paper.kind, "title": paper.title, "about": paper.about, "made": paper.made}
    return sections_pdf(head, paper.sections, paper.words, now=paper.now, most=ROWS)
