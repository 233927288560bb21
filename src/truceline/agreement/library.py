"""The agreements that come with Truceline, read from the package."""

from __future__ import annotations

from importlib.resources import files

from truceline.agreement.parse import parse_agreement
from truceline.agreement.terms import Agreement
from truceline.errors import UnknownNameError


def library_names() -> tuple[str, ...]:
    """Return the names of the library's agreements, in order."""
    folder = files("truceline.agreement") / "library"
    return tuple(sorted(f.name.removesuffix(".yaml") for f in folder.iterdir() if f.name.endswith(".yaml")))


def read_library(name: str) -> Agreement:
    """Return one agreement of the library.

    Raises
    ------
    UnknownNameError
        When the library has no such agreement; it says which name is near.
    """
    return parse_agreement(library_text(name), where=f"{name}.yaml")


def library_text(name: str) -> str:
    """Return the YAML text of one agreement of the library, as it stands."""
    if name not in library_names():
        raise UnknownNameError("agreement", name, library_names())
    return (files("truceline.agreement") / "library" / f"{name}.yaml").read_text(encoding="utf-8")
