"""No word of the page stays in English when another language is chosen: every view is opened and read in each."""

import threading
from dataclasses import replace

import pandas as pd
import pytest
import yaml
from front import PERIOD, readings, whole
from front import front as short_front
from opened import opening, serving
from rooms import Clock, make_house
from test_papers import MISSIONS
from test_room_page import Feeds, feed
from test_room_watch import passes, told_by_many

from truceline import planning
from truceline.agreement.lint import CODES
from truceline.exercising import RUN_STEPS
from truceline.incidents.odds import CAPPED, MISSES
from truceline.incidents.standing import SILENCE
from truceline.serve.lifecycle import RULES, START
from truceline.serve.listing import page_file, room_words
from truceline.serve.paper_making import DRAWS, Page, Step, make_pages
from truceline.serve.refusals import STATUS
from truceline.serve.shelf import Shelf

NAMES = ("Truceline", "Ed25519", "RFC 6962", "English", "Français", "SHA-256")
# written alike in English and French
ALIKE = {"Plan", "Clause", "Verdict", "violation", "Source", "Code", "Observations", "Attribution", "Note"}
ALIKE |= {"Incident", "Messages"}
READ = r"""(() => {
  const seen = new Set();
  const add = (said) => {
    const text = (said || "").replace(/\s+/g, " ").trim();
    if (/[a-z]{3}/i.test(text)) seen.add(text);
  };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement, drawn = e.closest("select") || e;
    if (drawn.checkVisibility() && !["SCRIPT", "STYLE"].includes(e.tagName)) add(walk.currentNode.data);
  }
  for (const name of ["aria-label", "title", "placeholder"])
    for (const e of document.querySelectorAll(`[${name}]`))
      if (e.checkVisibility() && !e.closest("[aria-hidden]")) add(e.getAttribute(name));
  return [...seen];
})()"""


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """Serve a room in which every view has something, with a plan that is being made."""
    looks = passes().assign(basis="pass inferred from detections of N20")
    assessed = whole(short_front(), [replace(readings(told_by_many()), looks=looks)])
    assessed = replace(
        assessed, warnings=("Source viirs has not looked since 2026-01-11 10:00 UTC, 14 h before the period ended.",)
    )
    clock, done = Clock(PERIOD.end), threading.Event()
    house = make_house(tmp_path_factory.mktemp("words") / "room.sqlite", assessed, clock=clock)
    folder = tmp_path_factory.mktemp("mission")
    for name in ("force.yaml", "outlook.yaml"):
        (folder / name).write_text("")

    def make(kind, folder, now, tell):
        if kind == "plan":
            tell(Step(number=1, of=3, what="one: rotation, backstop 2 of 5"))
            done.wait(60)
        return [Page(name=name, title=f"<{name}>", html=b"") for name in ("index", "second")]

    house.door.hold(Shelf(folder, clock, make))
    with serving(house) as (address, app):
        app.state.house = replace(
            house, feeder=Feeds([feed("masts", "silent"), feed("pilots", "failed", says="HTTP 500")])
        )
        yield address, assessed
        done.set()
    house.close()


def data_of(assessed):
    """Return what is the mission's own: names of places, ids, the agreement's words, files."""
    agreement = assessed.agreement
    texts = {assessed.title, agreement.title, agreement.summary, "masts", "pilots", "http", "HTTP 500", "UTC"}
    texts |= {*assessed.sectors["called"], *assessed.places["name"], *(p.called for p in agreement.parties)}
    texts |= {text for c in agreement.clauses for text in (c.clause_id, c.says)}
    texts |= {text for s in agreement.ladder for text in (s.step_id, s.says, s.action, s.owner)}
    return {*texts, *CODES, *agreement.party_ids}


def is_name(text, data):
    """Whether a text is a name, an id, a file or a unit, none of which is translated."""
    head, _, rest = text.partition(" · ")
    return (
        text in data
        or text.startswith((*NAMES, "inc-", "obs-", "csv/", "incidents.", "assessment.", "<"))
        or (head in data and rest[:1].isdigit())
    )


def read_everything(open_as, locale):
    """Return every text that shows in one language, by view."""
    page, told = open_as(None, locale=locale), {}
    page.fill("input[name=login]", "nobody")
    page.fill("input[name=password]", "a wrong password")
    page.click("#sign-in button")
    page.wait_for_selector("#sign-in-error:not(:empty)")
    told["sign in"] = page.evaluate(READ)
    page = open_as("helen", locale=locale)
    for view in page.eval_on_selector_all("#views button", "all => all.map((one) => one.dataset.view)"):
        page.click(f"#views button[data-view={view}]")
        page.wait_for_selector("#list tr" if view == "watch" else f"#view-{view} > div > *")
        if view == "windows":  # one that has begun already is refused
            for name, said in (
                ("purpose", "–"),
                ("path", "48, 30.5"),
                ("start", "2026-01-01T08:00"),
                ("end", "2026-01-01T14:00"),
            ):
                page.fill(f"#view-windows [name={name}]", said)
            page.click("#view-windows form.step button")
            page.wait_for_selector("#view-windows [role=alert]:not(:empty)")
        told[view] = page.evaluate(READ)
    page.click("#views button[data-view=watch]")
    for link in page.locator("#list button.link").all()[:4]:
        link.click()
        page.wait_for_selector(f"#drawer:has-text('{link.get_attribute('data-incident')}') form.step")
        told["drawer"] = [*told.get("drawer", ()), *page.evaluate(READ)]
        page.keyboard.press("Escape")
    return told


@pytest.mark.page
def test_no_word_of_the_page_stays_in_english(browser, room):
    address, assessed = room
    data = data_of(assessed)
    with opening(browser, address) as open_as:
        english = read_everything(open_as, "en")
        everything = {text for texts in english.values() for text in texts if not is_name(text, data)}
        assert len(everything) > 150, "every view was read"
        for locale, allowed in (("uk", set()), ("fr", ALIKE)):
            told = read_everything(open_as, locale)
            left = {view: sorted({*texts} & everything - allowed) for view, texts in told.items()}
            assert {view: texts for view, texts in left.items() if texts} == {}, locale


def test_every_word_of_the_page_is_in_ukrainian_and_french():
    said = yaml.safe_load(page_file("words.yaml"))
    assert [key for key, texts in said.items() if not {"uk", "fr"} <= set(texts)] == []
    latin = [key for key, texts in said.items() if not any("\u0400" <= letter <= "\u04ff" for letter in texts["uk"])]
    assert latin == []


def test_whatever_the_server_names_by_a_code_has_a_word():
    codes = {code for _, _, code in STATUS} | {"Error", "MethodNotAllowed", "TooLarge", "Refused"}
    keys = [f"step_{state}" for state in (START, *RULES)] + [f"refused_{code}" for code in codes]
    keys += [f"group_{name}" for name in (MISSES, CAPPED, SILENCE)] + [f"lint_{code}" for code in CODES]
    for language in ("uk", "fr"):
        assert [key for key in keys if f"room.{key}" not in room_words(language)] == []


def test_whatever_a_paper_tells_while_it_is_made_has_a_word(monkeypatch):
    known, told = room_words("uk"), [*RUN_STEPS]
    scenario = type("Scenario", (), {"scenario_id": "one"})()
    given = type("Given", (), {})
    for name in ("plan_force", "_plan_places_of", "worth_of_items", "draw_plans", "rank_parameters", "ScenarioPlan"):
        monkeypatch.setattr(f"truceline.planning.{name}", lambda *told, **more: None)
    made = given()
    made.force = made.places = None
    planning._plan_scenario(made, scenario, {}, 200, None, None, told.append)
    monkeypatch.setitem(DRAWS, "outlook", 200)
    make_pages(
        "outlook",
        MISSIONS / "reassurance-2025",
        pd.Timestamp(PERIOD.end).to_pydatetime(),
        lambda s: told.append(s.what),
    )
    assert len(told) > 15
    plain = ["".join("#" if c.isdigit() else c for c in what.rpartition(": ")[2]) for what in told]
    assert [what for what in plain if f"room.doing_{what.replace('###', '#')}" not in known] == []
