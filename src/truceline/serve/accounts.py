"""Accounts, sessions and keys: who somebody is. Passwords are kept as Argon2id, everything secret as a digest.

An account has a number, which is all the record ever holds of it. Names live here alone and can be wiped.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from truceline.errors import RequestError, UnknownNameError
from truceline.provenance import digest
from truceline.serve.desk import ACCOUNTS, KEYS, SESSIONS
from truceline.serve.refusals import SignInNeededError
from truceline.serve.roles import Caller, role_of
from truceline.serve.together import Together
from truceline.store.database import reading, writing
from truceline.timespan import iso

SESSION_H = 12
SHORTEST = 12  # characters; NIST SP 800-63B asks for length, not for kinds of characters
_NO_SUCH = "nobody has this password"  # checked when there is no such account, so that both take as long


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account, without its password."""

    account: str
    login: str
    role: str
    party: str
    made: str
    closed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """What somebody shows to say who they are: the secret of a session, or a key."""

    text: str
    is_key: bool
    at: datetime  # when it is shown


class Accounts:
    """The accounts of one desk."""

    def __init__(self, engine: sa.Engine, where: str, hasher: PasswordHasher | None = None) -> None:
        self._engine = engine
        self._where = where
        self._hasher = hasher or PasswordHasher()  # RFC 9106, second recommended option
        self._decoy = ""
        self._askers: Together[Secret, Caller] = Together(self._callers, name="who")
        self._hashing = threading.Semaphore(2)  # each takes 64 MiB while it works

    def make(self, login: str, *, role: str, password: str, now: datetime, party: str = "") -> Account:
        """Make an account. An empty `password` makes one that no password opens.

        Raises
        ------
        RequestError
            For a name that is taken, a short password, or a delegate without a party.
        """
        role_of(role)
        if not login.strip() or login != login.strip():
            raise RequestError(f"'{login}' is not a name for an account.", todo="Give one without spaces round it.")
        if password and len(password) < SHORTEST:
            raise RequestError(f"the password has {len(password)} characters.", todo=f"Use {SHORTEST} or more.")
        if (role == "party") != bool(party):
            raise RequestError(
                f"an account with the role '{role}' {'needs' if role == 'party' else 'has no'} party.",
                todo="Give --party with the role 'party' only.",
            )
        account = Account(
            account=f"acc-{secrets.token_hex(5)}", login=login, role=role, party=party, made=iso(now), closed=""
        )
        row = {name: getattr(account, name) for name in Account.__slots__}
        try:
            with writing(self._engine, self._where) as connection:
                connection.execute(
                    ACCOUNTS.insert(), row | {"password": self._hasher.hash(password) if password else ""}
                )
        except Exception as error:
            if any(held.login == login for held in self.all()):
                raise RequestError(f"there is an account '{login}' already.", todo="Choose another name.") from error
            raise
        return account

    def all(self) -> list[Account]:
        """Return every account, the oldest first."""
        wanted = sa.select(*(ACCOUNTS.c[name] for name in Account.__slots__)).order_by(
            ACCOUNTS.c.made, ACCOUNTS.c.login
        )
        with reading(self._engine, self._where) as connection:
            return [Account(**row._mapping) for row in connection.execute(wanted)]

    def change_password(self, login: str, password: str) -> None:
        """Give an account a new password and end its sessions."""
        if len(password) < SHORTEST:
            raise RequestError(f"the password has {len(password)} characters.", todo=f"Use {SHORTEST} or more.")
        self._change(login, {"password": self._hasher.hash(password)}, keys_too=False)

    def close(self, login: str, *, now: datetime) -> None:
        """Close an account: its sessions and keys end at once. Its number stays, so that the record can be read."""
        self._change(login, {"closed": iso(now)}, keys_too=True)

    def _change(self, login: str, values: dict[str, Any], *, keys_too: bool) -> None:
        held = {account.login: account.account for account in self.all()}
        if login not in held:
            raise UnknownNameError("account", login, held)
        with writing(self._engine, self._where) as connection:
            connection.execute(ACCOUNTS.update().where(ACCOUNTS.c.login == login), values)
            for table in (SESSIONS, KEYS)[: 2 if keys_too else 1]:
                connection.execute(table.delete().where(table.c.account == held[login]))

    def sign_in(self, login: str, password: str, *, now: datetime) -> tuple[str, Caller]:
        """Return the secret of a new session and who it speaks for.

        Raises
        ------
        SignInNeededError
            If name and password do not belong together; it does not say which was wrong.
        """
        with reading(self._engine, self._where) as connection:
            found = connection.execute(sa.select(ACCOUNTS).where(ACCOUNTS.c.login == login)).first()
        usable = found is not None and not found.closed and found.password != ""
        self._decoy = self._decoy or self._hasher.hash(_NO_SUCH)
        fits = self._fits(found.password if usable and found else self._decoy, password)
        if not (usable and fits) or found is None:
            raise SignInNeededError("this name and password do not belong together.")
        return self.begin_session(found.account, now=now)

    def begin_session(self, account: str, *, now: datetime) -> tuple[str, Caller]:
        """Return the secret of a new session of an account, and who it speaks for."""
        secret, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
        row = {
            "digest": digest(secret.encode()),
            "account": account,
            "csrf": csrf,
            "ends": iso(now + timedelta(hours=SESSION_H)),
        }
        with writing(self._engine, self._where) as connection:
            connection.execute(SESSIONS.delete().where(SESSIONS.c.ends <= iso(now)))
            connection.execute(SESSIONS.insert(), row)
        return secret, self.by_session(secret, now=now)

    def end_session(self, secret: str) -> None:
        """End a session; nothing when there is none."""
        with writing(self._engine, self._where) as connection:
            connection.execute(SESSIONS.delete().where(SESSIONS.c.digest == digest(secret.encode())))

    def by_session(self, secret: str, *, now: datetime) -> Caller:
        """Return who a session speaks for."""
        return self.ask(Secret(text=secret, is_key=False, at=now)).result()

    def make_key(self, login: str, *, called: str, scope: Iterable[str], days: float, now: datetime) -> str:
        """Return a new key of an account, shown this once. It may do no more than the account's role, ever."""
        held = {account.login: account for account in self.all() if not account.closed}
        if login not in held:
            raise UnknownNameError("account", login, held)
        role, wanted = role_of(held[login].role), frozenset(scope)
        if not wanted or not wanted <= role.may:
            raise RequestError(
                f"a key of '{login}' cannot have the scope '{' '.join(sorted(wanted)) or 'none'}'.",
                todo=f"The role '{role.name}' may: {', '.join(sorted(role.may))}.",
            )
        secret = f"tlk_{secrets.token_urlsafe(32)}"
        row = {
            "digest": digest(secret.encode()),
            "account": held[login].account,
            "called": called,
            "scope": " ".join(sorted(wanted)),
            "ends": iso(now + timedelta(days=days)),
        }
        with writing(self._engine, self._where) as connection:
            connection.execute(KEYS.insert(), row)
        return secret

    def by_key(self, secret: str, *, now: datetime) -> Caller:
        """Return who a key speaks for, with the deeds its scope and its account's role both allow."""
        return self.ask(Secret(text=secret, is_key=True, at=now)).result()

    def ask(self, secret: Secret) -> Future[Caller]:
        """Return who a session or key speaks for, to come: all that are asked for meanwhile are looked up at once.

        The answer is SignInNeededError where it is over, or never was.
        """
        return self._askers.ask(secret)

    def _callers(self, secrets: Sequence[Secret]) -> list[Caller | Exception]:
        named = [(digest(secret.text.encode()), secret) for secret in secrets]
        with reading(self._engine, self._where) as connection:
            keys = _holders(connection, KEYS, {name for name, secret in named if secret.is_key})
            sessions = _holders(connection, SESSIONS, {name for name, secret in named if not secret.is_key})
        return [_caller((keys if secret.is_key else sessions).get(name), secret) for name, secret in named]

    def _fits(self, kept: str, password: str) -> bool:
        try:
            with self._hashing:
                return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False


def _holders(connection: sa.Connection, table: sa.Table, digests: set[str]) -> dict[str, Any]:
    """Return the rows of a table of secrets that belong to open accounts, by digest."""
    if not digests:
        return {}
    wanted = sa.select(table, ACCOUNTS.c.role, ACCOUNTS.c.party).where(
        table.c.digest.in_(sorted(digests)), table.c.account == ACCOUNTS.c.account, ACCOUNTS.c.closed == ""
    )
    return {row.digest: row for row in connection.execute(wanted)}


def _caller(row: Any, secret: Secret) -> Caller | Exception:
    if row is None or row.ends <= iso(secret.at):
        return SignInNeededError("the session or key is over, or never was.", todo="Sign in again.")
    role = role_of(row.role)
    if secret.is_key:
        return Caller(account=row.account, role=role, may=role.may & frozenset(row.scope.split()), party=row.party)
    return Caller(account=row.account, role=role, may=role.may, party=row.party, csrf=row.csrf)
