"""Who may see and do what: five roles, each with one release profile and the deeds it may do."""

from __future__ import annotations

from dataclasses import dataclass

from truceline.errors import UnknownNameError
from truceline.serve.refusals import NotAllowedError

READ, RESPOND, TRIAGE, VERIFY, ATTRIBUTE, REFER, ASK_RELEASE, APPROVE, FEED = (
    "read",
    "respond",
    "triage",
    "verify",
    "attribute",
    "refer",
    "ask_release",
    "approve",
    "feed",
)
DEEDS = (READ, RESPOND, TRIAGE, VERIFY, ATTRIBUTE, REFER, ASK_RELEASE, APPROVE, FEED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role. `profile` names the release profile of everything it reads."""

    name: str
    profile: str
    may: frozenset[str]


_VERIFIER = frozenset(DEEDS)
ROLES = {
    role.name: role
    for role in (
        Role(name="viewer", profile="public", may=frozenset({READ})),
        Role(name="party", profile="parties", may=frozenset({READ, RESPOND})),
        Role(name="analyst", profile="mission", may=frozenset({READ, TRIAGE, ASK_RELEASE, FEED})),
        Role(name="verifier", profile="mission", may=_VERIFIER - {RESPOND}),
        Role(name="head", profile="mission", may=_VERIFIER - {RESPOND}),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks. `account` is the account's number, never its name; "" is anybody."""

    account: str
    role: Role
    may: frozenset[str]
    party: str = ""  # of a delegate: the party spoken for
    csrf: str = ""  # of a browser's session; "" for a key

    def check(self, deed: str) -> None:
        """Raise NotAllowedError unless the caller may do the deed."""
        if deed not in self.may:
            able = [role.name for role in ROLES.values() if deed in role.may]
            raise NotAllowedError(
                f"the role '{self.role.name}' may not {deed.replace('_', ' ')} here.",
                todo=f"Ask somebody with the role {' or '.join(able)}.",
            )


def role_of(name: str) -> Role:
    """Return the role of that name."""
    if name not in ROLES:
        raise UnknownNameError("role", name, ROLES)
    return ROLES[name]


ANYBODY = Caller(account="", role=ROLES["viewer"], may=frozenset({READ}))
