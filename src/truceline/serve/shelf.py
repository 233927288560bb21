"""The shelf of the mission's papers: made beside the server when first asked for, held while inputs stay."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from truceline.errors import TrucelineError, UnknownNameError
from truceline.serve.beside import beside
from truceline.serve.kept_papers import KeptPapers
from truceline.serve.paper_making import KINDS, READY, Page, Step, Tell, inputs_of, make_pages, seal_of, standing

MADE, MAKING, FAILED = "made", "making", "failed"
BEGUN = Step()
NOT_KEPT = KeptPapers(folder=None)
Make = Callable[[str, Path, datetime, Tell], Sequence[Page]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One paper of the shelf as it stands: being made, made, or failed with the reason."""

    state: str
    inputs: str  # digest of what it is made from
    at: datetime  # when its making began: the instant on its pages
    pages: tuple[Page, ...] = ()
    says: str = ""
    step: Step = BEGUN  # while it is made


class Shelf:
    """The papers of one mission's folder. One is made at a time, in a process of its own."""

    def __init__(
        self,
        folder: Path,
        clock: Callable[[], datetime],
        make: Make | None = None,
        *,
        kept: KeptPapers = NOT_KEPT,
    ) -> None:
        self._folder = folder
        self._kept = kept
        self._clock = clock
        self._make = make or _beside
        self._held: dict[str, Paper] = {}
        self._lock = threading.Lock()
        self._one_at_a_time = threading.Lock()

    def told(self) -> list[dict[str, Any]]:
        """Return each kind of paper and whether it is absent, sealed or ready to be made."""
        return [{"paper": kind, "state": standing(kind, self._folder)} for kind in KINDS]

    def ask(self, kind: str) -> dict[str, Any]:
        """Return how a paper stands, and begin to make it where it can be and its inputs have changed.

        Raises
        ------
        UnknownNameError
            If there is no paper of that kind.
        """
        state = standing(kind, self._folder)
        said = {"paper": kind, "state": state, "seal": seal_of(self._folder) if kind == "exercise" else ""}
        if state != READY:
            return said
        paper = self._current(kind)
        pages = [{"name": page.name, "title": page.title} for page in paper.pages]
        step = {"number": paper.step.number, "of": paper.step.of, "what": paper.step.what}
        return said | {
            "state": paper.state,
            "at": paper.at,
            "inputs": paper.inputs,
            "says": paper.says,
            "step": step,
            "pages": pages,
        }

    def page(self, kind: str, name: str) -> bytes:
        """Return a page of a paper that is made.

        Raises
        ------
        UnknownNameError
            If there is none: also of one that was sealed, or changed, since it was made.
        """
        paper = self._held.get(kind)
        current = paper and standing(kind, self._folder) == READY and paper.inputs == inputs_of(self._folder)
        pages = {page.name: page.html for page in paper.pages} if paper and current else {}
        if name not in pages:
            raise UnknownNameError("page", name, pages)
        return pages[name]

    def _current(self, kind: str) -> Paper:
        inputs = inputs_of(self._folder)
        with self._lock:
            paper = self._held.get(kind)
            if paper is not None and paper.inputs == inputs:
                return paper
            found = self._kept.find(kind, inputs)
            if found is not None:
                self._held[kind] = paper = Paper(state=MADE, inputs=inputs, at=found[0], pages=found[1])
                return paper
            self._held[kind] = paper = Paper(state=MAKING, inputs=inputs, at=self._clock())
        threading.Thread(target=self._work, args=(kind, paper), daemon=True).start()
        return paper

    def _work(self, kind: str, asked: Paper) -> None:
        def tell(step: Step) -> None:
            nonlocal asked
            with self._lock:
                if self._held.get(kind) is asked:
                    self._held[kind] = asked = replace(asked, step=step)

        with self._one_at_a_time:
            try:
                pages = tuple(self._make(kind, self._folder, asked.at, tell))
                made = Paper(state=MADE, inputs=asked.inputs, at=asked.at, pages=pages)
                if inputs_of(self._folder) == asked.inputs:  # else some of it may be of what changed meanwhile
                    self._kept.keep(kind, asked.inputs, asked.at, pages)
            except (TrucelineError, OSError) as error:
                made = Paper(state=FAILED, inputs=asked.inputs, at=asked.at, says=str(error))
        with self._lock:
            if self._held.get(kind) is asked:  # else its inputs changed meanwhile, and it is being made anew
                self._held[kind] = made


def _beside(kind: str, folder: Path, now: datetime, tell: Tell) -> Sequence[Page]:
    return beside(make_pages, kind, folder, now, tell=tell)
