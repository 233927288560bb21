"""The values of one feed in feeds.yaml, each checked and with its place in the file for what is said of it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from truceline.errors import MissionError
from truceline.observations.places import Box

Said = Mapping[str, Any]
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Values:
    """Reads one feed's values, each with its place in the file for what is said of it."""

    def __init__(self, said: Said, where: str, folder: Path, box: Box) -> None:
        self.said, self.where, self.folder, self.box = said, where, folder, box

    def wrong(self, key: str, todo: str) -> MissionError:
        """Return the error that a key's value is."""
        return MissionError(f"'{key}' is {self.said.get(key)!r}.", where=self.where, todo=todo)

    def text(self, key: str, default: str = "") -> str:
        """Return a word."""
        value = self.said.get(key, default)
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise self.wrong(key, "Write a word.")
        return str(value)

    def number(self, key: str, default: float, *, least: float, most: float = math.inf) -> float:
        """Return a number between two bounds."""
        value = self.said.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise self.wrong(key, f"Give a number from {least:g}{f' to {most:g}' if most < math.inf else ' up'}.")
        return float(value)

    def words(self, key: str) -> tuple[str, ...]:
        """Return a list of words."""
        value = self.said.get(key) or []
        if not isinstance(value, list) or not all(isinstance(word, str | int) for word in value):
            raise self.wrong(key, "Write a list: [one, two].")
        return tuple(str(word) for word in value)

    def flag(self, key: str) -> bool:
        """Return true or false."""
        value = self.said.get(key, False)
        if not isinstance(value, bool):
            raise self.wrong(key, "Say true or false.")
        return value

    def variable(self, key: str) -> str:
        """Return the name of an environment variable; a key itself has no place in the file."""
        value = self.text(key)
        if value and not _VARIABLE.fullmatch(value):
            # not shown: it may be the secret itself
            raise MissionError(
                f"'{key}' is not the name of an environment variable.",
                where=self.where,
                todo="Put the secret in a variable and write the variable's name here.",
            )
        return value

    def address(self, key: str, *, port: int) -> str:
        """Return host:port."""
        value = self.text(key)
        host, _, after = value.rpartition(":") if re.search(r":\d+$", value) else (value, "", str(port))
        if not host or "@" in host or "/" in host or not 0 <= int(after) <= 65535:
            raise MissionError(f"'{key}' is not a host and port.", where=self.where, todo="Write it like 127.0.0.1:1.")
        return f"{host}:{after}"

    def options(self) -> dict[str, Any]:
        """Return the options of the source that reads the feed."""
        value = self.said.get("options") or {}
        if not isinstance(value, Mapping):
            raise self.wrong("options", "Write keys and values.")
        return dict(value)
