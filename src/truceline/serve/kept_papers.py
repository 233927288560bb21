"""Papers kept in a folder beside the room's file, so that a server started anew need not make them again.

An exercise is never kept: it may be sealed after it was made, and nothing of it may then be found anywhere.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from truceline.serve.paper_making import Page
from truceline.timespan import iso, parse_instant

KEPT = frozenset({"plan", "outlook"})
# of the folder: so named it is no part of a mission it may lie in; of a file: no input of any paper
_FOLDER_END, _END = "-papers", ".paper"


def papers_folder(db: str | Path) -> Path | None:
    """Return the folder beside a room's file in which its papers are kept; None for a room in a database server."""
    return None if "://" in str(db) else Path(f"{Path(db).resolve()}{_FOLDER_END}")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPapers:
    """The latest of each kind of paper that may be kept, as files that the server's own user alone can read."""

    folder: Path | None  # None: nothing is kept

    def find(self, kind: str, inputs: str) -> tuple[datetime, tuple[Page, ...]] | None:
        """Return when a paper was made of these very inputs, and its pages; None where none is kept whole."""
        if self.folder is None or kind not in KEPT:
            return None
        try:
            said = json.loads((self.folder / f"{kind}{_END}").read_text(encoding="utf-8"))
            if said["inputs"] != inputs:
                return None
            pages = [Page(name=p["name"], title=p["title"], html=p["html"].encode()) for p in said["pages"]]
            return parse_instant(said["at"], where=kind), tuple(pages)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):  # whatever it is, it is made anew
            return None

    def keep(self, kind: str, inputs: str, at: datetime, pages: Sequence[Page]) -> None:
        """Keep a paper in place of the one before, whole or not at all; where nothing can be written, not at all."""
        if self.folder is None or kind not in KEPT:
            return
        told = [{"name": page.name, "title": page.title, "html": page.html.decode()} for page in pages]
        text = json.dumps({"inputs": inputs, "at": iso(at), "pages": told})
        with suppress(OSError):
            self.folder.mkdir(mode=0o700, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.folder, suffix=".part")  # the user's own: 0600
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    file.write(text)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(name, self.folder / f"{kind}{_END}")
            except OSError:
                Path(name).unlink(missing_ok=True)
                raise
