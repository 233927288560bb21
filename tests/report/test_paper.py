from datetime import UTC, datetime

import numpy as np

from truceline.report.outlook_page import outlook_paper
from truceline.report.page import Section, row, table
from truceline.report.paper import Paper, paper_html, paper_pdf
from truceline.simulate import Setting, outlook

NOW = datetime(2026, 4, 18, tzinfo=UTC)


def outlook_of(seed=1):
    return outlook_paper(
        outlook(Setting(), draws=500, rng=np.random.default_rng(seed)), title="Truce <b>of</b> spring", now=NOW
    )


def test_the_first_page_of_an_outlook_says_it_is_no_forecast_and_how_much_is_evidence():
    first = " ".join(outlook_of().sections[0].text)
    assert "not a forecast" in first
    assert "measured on past truces" in first
    assert "judgement" in first


def test_every_text_of_a_paper_is_escaped_and_it_asks_for_nothing():
    page = paper_html(outlook_of())
    assert "<b>of</b>" not in page
    assert "&lt;b&gt;of&lt;/b&gt;" in page
    assert "<script" not in page
    assert "default-src 'none'" in page


def test_the_same_paper_gives_the_same_bytes():
    assert paper_html(outlook_of()) == paper_html(outlook_of())
    assert paper_pdf(outlook_of()) == paper_pdf(outlook_of())


def test_a_paper_without_pictures_has_none():
    section = Section(key="bottom-line", title="One", tables=table("T", ("a", "b"), [row("x", "1")], numeric=(1,)))
    paper = Paper(kind="Plan", title="P", about="A.", sections=(section,), now=NOW)
    assert "<figure>" not in paper_html(paper)
    assert paper_pdf(paper).startswith(b"%PDF")


def test_a_long_table_is_folded_whole_and_a_long_paper_opens_with_its_contents():
    rows = [row(f"row {number}", "1") for number in range(40)]
    sections = tuple(
        Section(key=f"s{k}", title=f"Section {k}", tables=table("Many", ("a", "b"), rows[: 3 if k else 40]))
        for k in range(8)
    )
    page = paper_html(Paper(kind="Plan", title="P", about="A.", sections=sections, now=NOW))
    folded = page.partition('<details class="long">')[2].partition("</details>")[0]
    assert "<summary>Many (40)</summary>" in folded
    assert all(f"row {number}<" in folded for number in range(40)), "nothing of it is left out"
    assert page.count('<details class="long">') == 1, "short tables stay open"
    assert "<details open>" in page
    assert all(f'<a href="#s{k}">' in page and f'<section id="s{k}"' in page for k in range(8))
    short = paper_html(Paper(kind="Plan", title="P", about="A.", sections=sections[:2], now=NOW))
    assert "<details open>" not in short
