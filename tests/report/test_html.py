import dataclasses
import re
from html.parser import HTMLParser

import pandas as pd
import pytest
import sample

from truceline.report import map_html, render_html
from truceline.report.sections import report_sections
from truceline.report.words import LANGUAGES, Words
from truceline.timespan import find_zone


class Reader(HTMLParser):
    """Collects the text a reader sees, the tags, and the addresses asked for."""

    def __init__(self):
        super().__init__()
        self.text, self.tags, self.addresses, self._skip = [], [], [], 0

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._skip += tag in {"script", "style", "svg"}
        self.addresses += [v for k, v in attrs if k in {"src", "href"} and tag != "use" and not self._skip]

    def handle_endtag(self, tag):
        self._skip -= tag in {"script", "style", "svg"}

    def handle_data(self, data):
        if not self._skip:
            self.text.append(data)


def read(html):
    reader = Reader()
    reader.feed(html)
    return reader


@pytest.fixture(scope="module")
def by_language(front):
    return {language: render_html(front, language=language) for language in LANGUAGES}


def test_the_same_assessment_gives_the_same_bytes(one_day):
    assert render_html(one_day) == render_html(sample.one_day())


def test_numbers_are_the_same_in_every_language(by_language):
    numbers = [sorted(re.findall(r"\d+(?:[\d.\u202f:-]*\d)?", " ".join(read(h).text))) for h in by_language.values()]
    assert len(numbers[0]) > 400
    assert numbers[0] == numbers[1] == numbers[2]


@pytest.mark.parametrize("language", LANGUAGES)
def test_markup_in_anybodys_text_is_shown_and_never_run(by_language, language):
    html = by_language[language]
    assert '<script>alert("x")' not in html
    assert '<script>alert("x")</script> & "quoted"' in " ".join(read(html).text)
    scripts = [attrs for tag, attrs in read(html).tags if tag == "script"]
    assert scripts == [{"type": "application/json", "id": "data"}, {}, {}]


def test_only_web_addresses_become_links(by_language):
    addresses = read(by_language["en"]).addresses
    assert "https://example.org/a" in addresses
    assert not [a for a in addresses if a.startswith("javascript")]
    assert {a[:1] for a in addresses} == {"#", "h", "d"}, "anchors, sources, and the empty icon"


def test_the_page_asks_for_nothing_from_outside(by_language):
    reader = read(by_language["en"])
    loaded = [a for tag, a in reader.tags if tag in {"script", "img", "link", "iframe", "source", "object", "embed"}]
    assert [a for a in loaded if a.get("src") or not a.get("href", "data:").startswith("data:")] == []
    policy = next(a["content"] for tag, a in reader.tags if tag == "meta" and "http-equiv" in a)
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert "unsafe-inline" not in policy.split("style-src")[0]


SECTIONS = """
bottom-line limits exposure chart map violations status incidents fixed claims field rules restrictions attribution
clocks
commission warnings corrections release set-aside assumptions method
"""


@pytest.mark.parametrize("make", [sample.front, sample.one_day, sample.nothing])
def test_every_section_is_there_in_order_and_none_is_silent(make):
    assessment = make()
    words = Words(language="en", zone=find_zone(assessment.timezone))
    sections = report_sections(assessment, words)
    assert [s.key for s in sections] == SECTIONS.split()
    assert [s.key for s in sections if not (s.text or s.points or s.tables)] == []


def test_an_empty_period_reads_as_not_observed_and_never_as_quiet_or_kept(nothing):
    text = " ".join(read(render_html(nothing)).text)
    assert "nothing can be said about compliance" in text
    assert "take the whole period as not observed" in text
    assert "no violation" not in text.lower()


def test_likelihood_and_confidence_never_share_a_cell(by_language):
    for sentence in re.split(r"[.!?]\s|\n", " ".join(read(by_language["en"]).text)):
        likely = re.search(r"\b(very likely|very unlikely|almost certain|roughly even chance)\b", sentence)
        assert not (likely and re.search(r"\b(low|moderate|high) confidence\b", sentence))


def test_swapping_the_parties_names_swaps_them_in_the_report_and_changes_nothing_else(one_day):
    first, second = one_day.agreement.parties
    names = (dataclasses.replace(first, called="Party B"), dataclasses.replace(second, called="Party A"))
    swapped = dataclasses.replace(one_day, agreement=dataclasses.replace(one_day.agreement, parties=names))
    mark = {"Party A": "Party B", "Party B": "Party A"}
    claims = swapped.claims.assign(
        claimant=swapped.claims.claimant.replace(mark), accused=swapped.claims.accused.replace(mark)
    )
    html = render_html(dataclasses.replace(swapped, claims=claims))
    assert re.sub("Party [AB]", lambda m: mark[m[0]], html) == render_html(one_day)


def test_the_record_root_release_and_corrections_are_printed(one_day):
    html = render_html(one_day, record_root="ab12" * 16, release_notes=["Delayed by 24 h."], corrections=["Fixed <b>."])
    text = " ".join(read(html).text)
    assert "ab12" * 16 in text
    assert "Delayed by 24 h." in text
    assert "Fixed <b>." in text


def test_overdue_clocks_come_first(front):
    words = Words(language="en", zone=find_zone(front.timezone))
    clocks = next(s for s in report_sections(front, words) if s.key == "clocks")
    states = [row[-1].text for row in clocks.tables[0].rows]
    assert states == ["overdue", "overdue", "running", "not started"]


def test_the_map_alone_holds_the_map_and_no_table(one_day):
    html = map_html(one_day)
    assert 'id="mapcanvas"' in html
    assert "<table" not in html


def test_a_month_of_many_incidents_stays_a_few_megabytes(front):
    many = pd.concat([front.incidents.assign(incident_id=front.incidents.incident_id + f"-{i}") for i in range(20)])
    html = render_html(dataclasses.replace(front, incidents=many.reset_index(drop=True)))
    assert len(html) < 6_000_000


def test_what_a_release_withholds_is_never_said_not_to_exist(front):
    tables = {name: getattr(front, name).head(0) for name in ("attributions", "clocks", "set_aside")}
    shown = dataclasses.replace(front, **tables)
    words = Words(language="en", zone=find_zone(front.timezone))
    notes = ("release profile: public", "not for this reader, attributions: 12")
    sections = {s.key: s for s in report_sections(shown, words, release_notes=notes)}
    for key in ("attribution", "clocks", "set-aside"):
        assert sections[key].text == (words("release.not_here"),)
    # a whole release carries the name of its profile and nothing else
    sections = {s.key: s for s in report_sections(shown, words, release_notes=notes[:1])}
    assert sections["attribution"].text == (words("attribution.none"),)
