"""Rate limits: a bucket of tokens for each caller, filled steadily. The clock is an argument."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from truceline.serve.refusals import TooManyError

_MOST_KEPT = 10_000  # callers remembered; the longest unseen is forgotten first


@dataclass(slots=True, kw_only=True)
class Limit:
    """At most `burst` at once and `per_s` in the long run, for each key."""

    burst: float
    per_s: float
    what: str
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, key: str, *, at_s: float) -> None:
        """Take one token, or raise TooManyError with the wait until there is one."""
        with self._lock:
            left, then = self._left.pop(key, (self.burst, at_s))
            left = min(self.burst, left + max(0.0, at_s - then) * self.per_s)
            refused = left < 1
            self._left[key] = (left if refused else left - 1, at_s)
            if len(self._left) > _MOST_KEPT:
                self._left.popitem(last=False)
        if refused:
            raise TooManyError(f"too many {self.what} from one place.", wait_s=(1 - left) / self.per_s)

    def give_back(self, key: str) -> None:
        """Give back the token taken last: what it was taken for turned out well."""
        with self._lock:
            if key in self._left:
                left, then = self._left[key]
                self._left[key] = (min(self.burst, left + 1), then)


def sign_in_limit() -> Limit:
    """Return the limit on wrong guesses at one account from one place: five, then one every half minute."""
    return Limit(burst=5, per_s=1 / 30, what="attempts to sign in")


def crowd_limit() -> Limit:
    """Return the limit on wrong guesses from one place at whatever accounts: thirty, then one every two seconds."""
    return Limit(burst=30, per_s=1 / 2, what="attempts to sign in")


def request_limit() -> Limit:
    """Return the limit on requests of one caller: generous for a page that loads, tight for a loop."""
    return Limit(burst=300, per_s=30, what="requests")
