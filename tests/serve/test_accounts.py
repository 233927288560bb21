"""Accounts and keys, on both databases: made by hand, kept as digests, closed at once."""

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from rooms import PASSWORD

from truceline.errors import RequestError, UnknownNameError
from truceline.serve.desk import ACCOUNTS, KEYS, SESSIONS
from truceline.serve.refusals import SignInNeededError


def rows(house, table):
    with house.accounts._engine.connect() as connection:
        return connection.execute(sa.select(table)).mappings().all()


def test_no_secret_is_kept_as_it_is(house, clock):
    secret, _ = house.accounts.sign_in("vera", PASSWORD, now=clock())
    key = house.accounts.make_key("vera", called="script", scope=["read"], days=1, now=clock())
    kept = repr([rows(house, table) for table in (ACCOUNTS, SESSIONS, KEYS)])
    for text in (PASSWORD, secret, key):
        assert text not in kept
    assert all(row["password"].startswith("$argon2id$") for row in rows(house, ACCOUNTS))


def test_the_default_hashing_is_the_standards_own():
    # RFC 9106, section 4, second recommended option: t=3, p=4, m=2^16 KiB
    made = PasswordHasher()
    assert (made.time_cost, made.parallelism, made.memory_cost) == (3, 4, 2**16)


def test_there_is_no_account_until_one_is_made(new_place):
    from rooms import make_house

    assert make_house(new_place(), people={}).accounts.all() == []


def test_the_record_never_holds_a_name(house, clock):
    from rooms import client_of

    with client_of(house, "olena") as client:
        client.get("/api/mission")
    lines = b"\n".join(line for _, _, line, _ in house.room.record.lines())
    assert b"/api/mission" in lines
    assert b"olena" not in lines


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ({"login": "vera", "role": "viewer", "password": PASSWORD}, "already"),
        ({"login": "new", "role": "viewer", "password": "short"}, "12 or more"),
        ({"login": " new", "role": "viewer", "password": PASSWORD}, "without spaces"),
        ({"login": "new", "role": "party", "password": PASSWORD}, "needs party"),
        ({"login": "new", "role": "head", "party": "A", "password": PASSWORD}, "has no party"),
        ({"login": "new", "role": "haed", "password": PASSWORD}, "Did you mean 'head'"),
    ],
)
def test_an_account_that_cannot_be_is_refused(small, clock, said, hint):
    with pytest.raises(RequestError, match=hint):
        small.accounts.make(**said, now=clock())


def test_a_closed_account_is_shut_out_at_once(house, clock):
    secret, _ = house.accounts.sign_in("olena", PASSWORD, now=clock())
    key = house.accounts.make_key("olena", called="", scope=["read"], days=1, now=clock())
    house.accounts.close("olena", now=clock())
    for attempt in (
        lambda: house.accounts.by_session(secret, now=clock()),
        lambda: house.accounts.by_key(key, now=clock()),
        lambda: house.accounts.sign_in("olena", PASSWORD, now=clock()),
    ):
        with pytest.raises(SignInNeededError):
            attempt()


def test_a_new_password_ends_the_sessions_and_shuts_out_the_old(house, clock):
    secret, _ = house.accounts.sign_in("olena", PASSWORD, now=clock())
    house.accounts.change_password("olena", PASSWORD + "!")
    with pytest.raises(SignInNeededError):
        house.accounts.by_session(secret, now=clock())
    with pytest.raises(SignInNeededError):
        house.accounts.sign_in("olena", PASSWORD, now=clock())
    house.accounts.sign_in("olena", PASSWORD + "!", now=clock())


def test_a_key_does_what_its_scope_says_and_no_more(house, clock):
    key = house.accounts.make_key("taras", called="", scope=["read", "triage"], days=2, now=clock())
    assert house.accounts.by_key(key, now=clock()).may == {"read", "triage"}
    clock.pass_h(49)
    with pytest.raises(SignInNeededError):
        house.accounts.by_key(key, now=clock())


def test_a_key_cannot_have_more_than_its_account(house, clock):
    with pytest.raises(RequestError, match="cannot have the scope"):
        house.accounts.make_key("olena", called="", scope=["verify"], days=1, now=clock())
    with pytest.raises(UnknownNameError, match="olena"):
        house.accounts.make_key("olna", called="", scope=["read"], days=1, now=clock())
