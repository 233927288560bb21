"""The kinds of source there are: ours and any other package's, by the entry points `truceline.sources`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Protocol, cast

from truceline.errors import SourceError, UnknownNameError
from truceline.observations import Readings

GROUP = "truceline.sources"


class Source(Protocol):
    """What a plugin's module has."""

    NAME: str
    DESCRIPTION: str  # one line

    @staticmethod
    def read(
        path_or_paths: str | Path | Iterable[str | Path], *, source: str, options: Mapping[str, Any] | None = None
    ) -> Readings:
        """Return what the files say, under the name of an entry of sources.yaml."""
        ...


def find_source(kind: str) -> Source:
    """Return the plugin of that name.

    Raises
    ------
    UnknownNameError
        If no package offers it.
    SourceError
        If it is offered and cannot be loaded.
    """
    offered = _offered()
    if kind not in offered:
        raise UnknownNameError("source", kind, offered)
    entry = offered[kind]
    try:
        plugin = entry.load()
    except Exception as error:  # a stranger's module can fail in any way; the user must learn which
        raise SourceError(
            f"source '{kind}' ({entry.value}) cannot be loaded: {type(error).__name__}: {error}.",
            todo="Reinstall or remove the package that offers it.",
        ) from error
    missing = [name for name in ("NAME", "DESCRIPTION", "read") if not hasattr(plugin, name)]
    if missing:
        raise SourceError(
            f"source '{kind}' ({entry.value}) has no {' and no '.join(missing)}.",
            todo="A source's module has NAME, DESCRIPTION and read().",
        )
    return cast(Source, plugin)


def source_names() -> tuple[str, ...]:
    """Return the names of all kinds of source, in alphabetical order."""
    return tuple(sorted(_offered()))


def read_source(
    kind: str,
    paths: str | Path | Iterable[str | Path],
    *,
    source: str,
    options: Mapping[str, Any] | None = None,
) -> Readings:
    """Return what files of a kind of source say; `source` is the name the rows will carry."""
    return find_source(kind).read(paths, source=source, options=options)


def _offered() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}
