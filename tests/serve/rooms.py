"""A room to try things in: the small assessment by hand, a clock that stands still, and people of every role."""

import re
from contextlib import contextmanager
from datetime import timedelta

import pandas as pd
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from exports_fixture import NOW, assessment
from starlette.testclient import TestClient

from truceline.provenance import stable_id
from truceline.serve.accounts import Accounts
from truceline.serve.app import make_app
from truceline.serve.desk import ACCOUNTS
from truceline.serve.house import CSRF_HEADER, House
from truceline.serve.limits import Limit
from truceline.serve.start import open_house
from truceline.store.database import writing

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # the tests' own: weak and fast
KEY = Ed25519PrivateKey.generate()
PASSWORD = "a password of the tests"
HASHED = QUICK.hash(PASSWORD)
# login -> role, party
PEOPLE = {
    "vera": ("viewer", ""),
    "olena": ("analyst", ""),
    "taras": ("verifier", ""),
    "marie": ("verifier", ""),
    "helen": ("head", ""),
    "ann": ("party", "A"),
    "bob": ("party", "B"),
}


def in_memory(table):
    """Return a table with its texts and lists as objects, which a room has in files."""
    table = table.reset_index(drop=True)
    return pd.DataFrame({c: table[c].to_numpy() if table[c].dtype.kind == "O" else table[c] for c in table})


class Clock:
    """A clock that is moved by hand."""

    def __init__(self, now=NOW):
        self.now = now

    def __call__(self):
        return self.now

    def pass_h(self, hours):
        self.now += timedelta(hours=hours)


def make_house(place, whole=None, *, clock=None, open_to_all=False, secure=False, people=PEOPLE, resume=False):
    clock = clock or Clock()
    whole = assessment() if whole is None else whole
    made = open_house(whole, place, key=KEY, clock=clock, open_to_all=open_to_all, secure=secure, resume=resume)
    accounts = Accounts(made.accounts._engine, str(place), QUICK)
    known = {a.login for a in accounts.all()}
    rows = [
        {
            "account": stable_id("acc", login),
            "login": login,
            "password": HASHED,
            "role": role,
            "party": party,
            "made": "",
            "closed": "",
        }
        for login, (role, party) in people.items()
        if login not in known
    ]
    if rows:  # all at once: one by one they take longer than the test
        with writing(made.accounts._engine, str(place)) as connection:
            connection.execute(ACCOUNTS.insert(), rows)
    return House(
        room=made.room,
        door=made.door,
        accounts=accounts,
        releases=made.releases,
        held=made.held,
        open_to_all=open_to_all,
        secure=secure,
        wall=clock,
        requests=Limit(burst=1e9, per_s=1e9, what="requests"),
    )


@contextmanager
def client_of(house, login=None):
    """Yield a client of the house's application, signed in when a name is given."""
    scheme = "https" if house.secure else "http"
    with TestClient(make_app(house), base_url=f"{scheme}://127.0.0.1") as client:
        if login:
            said = client.post("/api/session", json={"login": login, "password": PASSWORD})
            assert said.status_code == 200, said.text
            client.headers[CSRF_HEADER] = said.json()["csrf"]
        yield client


def key_headers(house, login, scope=("read",)):
    """Return the headers of a key of that account: quicker than signing in."""
    key = house.accounts.make_key(login, called="test", scope=scope, days=30, now=house.wall())
    return {"Authorization": f"Bearer {key}"}


def step(client, incident, state, after, **said):
    return client.post(f"/api/incidents/{incident}/steps", json={"state": state, "after": after, **said})


TIMES = re.compile(rb"20\d\d-\d\d-\d\dT\d\d:\d\d(?::\d\d)?")
