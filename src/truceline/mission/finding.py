"""A mission or an agreement by its name: in a folder, by path, or among those that come with Truceline."""

from __future__ import annotations

from pathlib import Path

from truceline.agreement import (
    Agreement,
    library_names,
    parse_agreement,
    read_library,
)
from truceline.errors import MissionError, UnknownNameError, did_you_mean


def find_agreement(name: str, folder: Path) -> Agreement:
    """Return the agreement of a file (in the folder or by path) or of that name in the library."""
    for path in (folder / name, Path(name)):
        if path.suffix in {".yaml", ".yml"} and path.is_file():
            return parse_agreement(path.read_text(encoding="utf-8"), where=str(path))
    if name in library_names():
        return read_library(name)
    raise UnknownNameError("agreement", name, library_names())


def find_mission(folder: str | Path) -> Path:
    """Return the path of a mission folder, or of the bundled mission of that name."""
    path = Path(folder)
    if (path / "mission.yaml").is_file():
        return path
    bundled = _bundled()
    if (bundled / str(folder) / "mission.yaml").is_file():
        return bundled / str(folder)
    if path.is_dir():
        raise MissionError(
            "there is no mission.yaml here.", where=str(path), todo="Start one with 'truceline init DIR'."
        )
    known = [p.parent.name for p in bundled.glob("*/mission.yaml")]
    guess = did_you_mean(str(folder), known)
    hint = f"Did you mean '{guess}'?" if guess else f"Bundled missions: {', '.join(sorted(known)) or 'none'}."
    raise MissionError(f"there is no mission folder '{folder}'.", todo=hint)


def _bundled() -> Path:
    """Return the folder of the example missions: beside the package when installed, else in the source tree."""
    installed = Path(__file__).resolve().parents[1] / "missions"
    return installed if installed.is_dir() else Path(__file__).resolve().parents[3] / "missions"
