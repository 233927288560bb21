"""While the record or the server is gone the page says so, loses nothing typed, and comes back by itself."""

import socket
from datetime import UTC, datetime

import pytest
from opened import opening, serving, wait_until
from rooms import Clock, make_house
from sample import front

pytestmark = pytest.mark.page
NOW = datetime(2026, 4, 19, 6, tzinfo=UTC)
BACK = "!document.body.classList.contains('offline')"
NOTE = "seen by two, half written"


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """Serve one room for the tests in which it stays itself; each takes incidents of its own."""
    place = tmp_path_factory.mktemp("away")
    house = make_house(place / "room.sqlite", front(), clock=Clock(NOW))
    with serving(house) as (address, _):
        yield address, house, place
    house.close()


@pytest.fixture
def people(browser, room):
    with opening(browser, room[0]) as open_as:
        yield open_as


def begin_a_step(page, number=0):
    link = page.locator("#list button.link").nth(number)
    link.click()
    page.wait_for_selector("#drawer form.step")
    page.fill("#drawer [name=note]", NOTE)
    return link.get_attribute("data-incident")


def taken(house, incident):
    return [(s.state, s.note) for s in house.room.reviews.steps() if s.incident_id == incident]


def take_away(tmp_path, house):
    house.close()
    files = sorted(tmp_path.glob("room.sqlite*"))
    for file in files:
        file.rename(file.with_name("away-" + file.name))
    (tmp_path / "room.sqlite").mkdir()  # nothing can be opened under this name

    def give_back():
        (tmp_path / "room.sqlite").rmdir()
        for file in files:
            file.with_name("away-" + file.name).rename(file)

    return give_back


# what is said while the record is gone, and of a step that was not taken
SAID = {
    "en": ("The record cannot be reached", "Not taken"),
    "uk": ("Запис недоступний", "Не внесено"),
    "fr": ("Le registre est inaccessible", "Non inscrit"),
}


def test_a_step_while_the_database_is_gone_is_said_not_to_be_taken_and_what_was_typed_stays(people, room):
    _, house, place = room
    pages = {locale: people("olena", locale=locale) for locale in SAID}
    incidents = {locale: begin_a_step(page, number) for number, (locale, page) in enumerate(pages.items())}
    give_back = take_away(place, house)
    for locale, page in pages.items():
        gone, refused = SAID[locale]
        page.click("#drawer form.step button")
        wait_until(page, "document.querySelector('#drawer form.step [role=alert]').textContent !== ''")
        assert page.locator("#drawer form.step [role=alert]").inner_text().startswith(refused)
        assert page.locator("#away").is_visible()
        assert page.locator("#away").inner_text().startswith(gone)
        assert page.locator("#drawer ol li").count() == 0, "not shown as taken"
        assert page.locator("#drawer [name=note]").input_value() == NOTE
    page.wait_for_timeout(2500)  # they have asked again meanwhile, in vain
    assert all(page.locator("#away").is_visible() for page in pages.values())
    give_back()
    for locale, page in pages.items():
        wait_until(page, BACK)
        assert page.locator("#away").is_hidden()
        wait_until(page, "document.querySelector('#drawer form.step [role=status]').textContent !== ''")
        assert page.locator("#drawer form.step [role=status]").inner_text().startswith(SAID[locale][1])
        assert page.locator("#drawer [name=note]").input_value() == NOTE
        assert taken(house, incidents[locale]) == []
        page.click("#drawer form.step button")
        page.wait_for_selector("#drawer ol li")
        assert taken(house, incidents[locale]) == [("logged", NOTE)]
        assert page.locator("#drawer [name=note]").input_value() == "", "what is written down is no draft any more"


def test_a_view_that_cannot_be_read_says_so_and_is_read_when_the_record_is_back(people, room):
    _, house, place = room
    page = people("helen")
    page.wait_for_selector("#live:text('live')")
    give_back = take_away(place, house)
    page.click("#views button[data-view=clocks]")
    page.wait_for_selector("#view-clocks .stale")
    assert "could not be read" in page.locator("#view-clocks").inner_text()
    give_back()
    page.wait_for_selector("#view-clocks table")
    assert page.locator("#view-clocks .stale").count() == 0


def test_a_page_opened_while_the_database_is_gone_says_so_and_goes_on_when_it_is_back(people, room):
    _, house, place = room
    page = people("olena")
    give_back = take_away(place, house)
    page.reload()
    page.wait_for_selector("body[data-ready=yes]")
    assert "cannot be reached" in page.locator("#away").inner_text()
    give_back()
    page.wait_for_selector("#map[data-ready=yes]", timeout=60_000)
    assert page.locator("#sign-in").is_hidden()
    assert page.locator("#shown").inner_text().startswith("300 ")


def test_the_server_stops_and_starts_again_and_the_page_finds_it(browser, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    house = make_house(tmp_path / "room.sqlite", front(), clock=Clock(NOW))
    with opening(browser, f"http://127.0.0.1:{port}/") as people:
        with serving(house, port):
            page = people("olena")
            incident = begin_a_step(page)
            page.wait_for_selector("#live:text('live')")
        wait_until(page, "document.body.classList.contains('offline')")
        assert "No connection" in page.locator("#away").inner_text()
        page.click("#drawer form.step button")
        wait_until(page, "document.querySelector('#drawer form.step [role=alert]').textContent !== ''")
        assert page.locator("#drawer form.step [role=alert]").inner_text().startswith("Not taken")
        house.close()
        house = make_house(tmp_path / "room.sqlite", front(), clock=Clock(NOW), resume=True)
        with serving(house, port):
            wait_until(page, BACK)
            wait_until(page, "document.querySelector('#drawer form.step [role=status]').textContent !== ''")
            assert page.locator("#drawer [name=note]").input_value() == NOTE
            page.click("#drawer form.step button")
            page.wait_for_selector("#drawer ol li")
            assert taken(house, incident) == [("logged", NOTE)]
    house.close()


def test_a_step_whose_acknowledgement_was_lost_is_told_by_the_record(people, room):
    house = room[1]
    page = people("olena")
    incident = begin_a_step(page, 3)

    def lose(route):
        route.fetch()  # the server has it
        route.abort("connectionreset")

    page.route("**/steps", lose)
    page.click("#drawer form.step button")
    page.wait_for_selector("#drawer ol li")
    assert page.locator("#drawer form.step [role=status]").inner_text().startswith("Written")
    assert page.locator("#drawer [name=note]").input_value() == "", "it is not offered to be sent twice"
    assert taken(house, incident) == [("logged", NOTE)]


def test_what_is_half_typed_stays_when_others_change_the_room_the_state_or_the_language(people):
    page, other = people("helen"), people("olena")
    incident = begin_a_step(page, 4)
    page.locator("#drawer h2").click()  # the keyboard is elsewhere
    other.locator(f"#list button[data-incident={incident}]").click()
    other.wait_for_selector("#drawer form.step")
    for number in (1, 2):
        other.click("#drawer form.step button")
        page.wait_for_selector(f"#drawer ol li:nth-child({number})")
    note = page.locator("#drawer [name=note]")
    assert note.input_value() == NOTE
    page.select_option("#drawer [name=state]", index=1)
    assert note.input_value() == NOTE
    page.keyboard.press("Escape")
    page.locator(f"#list button[data-incident={incident}]").click()
    page.wait_for_selector("#drawer form.step")
    assert note.input_value() == NOTE
    page.keyboard.press("Escape")
    page.click("#views button[data-view=windows]")
    page.fill("#view-windows [name=purpose]", "half a purpose")
    page.select_option("#language", "fr")
    wait_until(page, "document.querySelector('#h-windows').textContent === 'Fenêtres de silence'")
    page.wait_for_timeout(300)
    assert page.locator("#view-windows [name=purpose]").input_value() == "half a purpose"


def test_a_killed_database_server_is_told_of_and_found_again(browser, own_server):
    house = make_house(own_server.new_database(), front(), clock=Clock(NOW))
    with serving(house) as (address, _), opening(browser, address) as people:
        page = people("olena")
        incident = begin_a_step(page)
        own_server.kill()
        page.click("#drawer form.step button")
        wait_until(page, "document.querySelector('#drawer form.step [role=alert]').textContent !== ''")
        assert "cannot be reached" in page.locator("#away").inner_text()
        own_server.start()
        wait_until(page, BACK)
        assert page.locator("#drawer [name=note]").input_value() == NOTE
        page.click("#drawer form.step button")
        page.wait_for_selector("#drawer ol li")
        assert taken(house, incident) == [("logged", NOTE)]
    house.close()
