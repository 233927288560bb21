"""A mission's folder made whole: what its files name outside of it is copied in, and they are made to read it there.

Nothing that the assessment depends on changes: each file keeps its name, its bytes and its place among the others.
"""

from __future__ import annotations

import glob
import os
import shutil
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml

from truceline.agreement import load_yaml
from truceline.mission import open_mission

# keys, rooms and what was made from them may lie in the folder too, and are no part of the mission
NOT_OF_THE_MISSION = (".*", "*.key", "*.pem", "*.sqlite", "*.sqlite-*", "*.db", "*-report", "__pycache__")
INPUTS = "inputs"  # where what lay outside is put
_ENDS = (".yaml", ".yml")


def copy_whole(folder: Path, target: Path) -> tuple[Path, ...]:
    """Copy a mission's folder with all it reads to `target`; return the files that lay outside of it.

    Raises
    ------
    MissionError
        If the folder is not a mission that can be opened: nothing is copied then.
    """
    mission = open_mission(folder)
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns(*NOT_OF_THE_MISSION))
    inside = _Inside(folder, target)

    said = inside.read("mission.yaml")
    said["id"] = mission.brief.mission_id  # else it is what the folder happens to be called
    said["agreement"] = _agreement(inside, str(said["agreement"]))
    if "also" in said:
        said["also"] = [_agreement(inside, str(name)) for name in said["also"]]
    inside.write("mission.yaml", said)

    said = inside.read("sources.yaml")
    for one, entry in zip(said.get("sources") or (), mission.sources, strict=True):
        if any(inside.lacks(file) for file in entry.files):
            one["files"] = [glob.escape(inside.bring(file)) for file in entry.files]
        _cloud(inside, one.get("options") or {})
    inside.write("sources.yaml", said)

    said = inside.read("sensors.yaml")
    patterns = [os.path.expandvars(pattern) for pattern in said.get("elements") or ()]
    files = [file for pattern in patterns for file in inside.found(pattern)]
    if any(inside.lacks(file) for file in files):
        said["elements"] = [glob.escape(inside.bring(file)) for file in files]
    _cloud(inside, said)
    inside.write("sensors.yaml", said)

    said = inside.read("feeds.yaml")
    for one in said.get("feeds") or ():
        _cloud(inside, one.get("options") or {})
    inside.write("feeds.yaml", said)
    return tuple(inside.brought)


def _agreement(inside: _Inside, name: str) -> str:
    """Return the name of an agreement, whose file is looked for in the folder and then where the name leads."""
    if not name.endswith(_ENDS):
        return name
    paths = (inside.folder / name, Path(name))
    file = next((path for path in paths if path.is_file()), None)
    return name if file is None or not inside.lacks(file) else inside.bring(file)


def _cloud(inside: _Inside, said: dict[str, Any]) -> None:
    if "cloud" in said and inside.lacks(inside.folder / str(said["cloud"])):
        said["cloud"] = inside.bring(inside.folder / str(said["cloud"]))


class _Inside:
    """The copy of a folder, into which files are brought that it lacks."""

    def __init__(self, folder: Path, target: Path) -> None:
        self.folder, self._target = folder, target
        self._was: dict[str, Any] = {}
        self._names: dict[Path, str] = {}  # file -> its path in the copy
        self.brought: list[Path] = []

    def found(self, pattern: str) -> Iterable[Path]:
        """Return the files a pattern of the mission means, in their order."""
        return [Path(pattern)] if Path(pattern).is_absolute() else sorted(self.folder.glob(pattern))

    def lacks(self, file: Path) -> bool:
        """Return whether a file is not in the copy, as it lies outside or is no part of the mission by its name."""
        path = _plain(file)
        if not path.is_relative_to(_plain(self.folder)):
            return True
        parts = path.relative_to(_plain(self.folder)).parts
        return any(fnmatch(part, pattern) for part in parts for pattern in NOT_OF_THE_MISSION)

    def bring(self, file: Path) -> str:
        """Return the path of a file in the copy, where it is put if it is not there."""
        path = _plain(file)
        if not self.lacks(file):
            return path.relative_to(_plain(self.folder)).as_posix()
        if path not in self._names:
            name = Path(INPUTS) / str(len(self._names) + 1) / path.name  # two folders may hold files of one name
            (self._target / name).parent.mkdir(parents=True)
            shutil.copyfile(path, self._target / name)
            self._names[path] = name.as_posix()
            self.brought.append(path)
        return self._names[path]

    def read(self, name: str) -> dict[str, Any]:
        """Return what a file of the mission says; nothing where there is none."""
        path = self._target / name
        if not path.is_file():
            return {}
        text = path.read_text(encoding="utf-8")
        self._was[name] = load_yaml(text, where=name)[0]
        said: dict[str, Any] = load_yaml(text, where=name)[0]
        return said

    def write(self, name: str, said: dict[str, Any]) -> None:
        """Write what a file says now, where that is not what it said: else its text stays, byte for byte."""
        if name in self._was and said != self._was[name]:
            text = yaml.safe_dump(said, sort_keys=False, allow_unicode=True)
            (self._target / name).write_text(text, encoding="utf-8")


def _plain(path: Path) -> Path:
    return Path(os.path.abspath(path))  # links stay what they are called: what they lead to is copied for them
