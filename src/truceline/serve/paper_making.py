"""A mission's papers beside its reports: the plan of its force, its exercise and its outlook, as pages of HTML.

Each is made from the mission's folder alone, so the same folder gives the same pages whoever asks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from truceline.errors import UnknownNameError
from truceline.exercising import KEY, RUN_STEPS, SCENARIO_FILE, SEAL_FILE, exercise_files_of
from truceline.mission import open_mission
from truceline.provenance import VERSION, canonical_json, digest
from truceline.report.outlook_page import outlook_paper
from truceline.report.paper import paper_html
from truceline.report.plan_page import comparison_paper, scenario_paper
from truceline.serve.key_page import key_paper
from truceline.simulate.teaching import check_seal

FORCE_FILE, OUTLOOK_FILE = "force.yaml", "outlook.yaml"
ABSENT, SEALED, READY = "absent", "sealed", "ready"  # whether a paper can be made
DRAWS = {"plan": 200, "outlook": 100_000}  # as the commands draw
_INPUTS = frozenset({".yaml", ".yml", ".csv", ".geojson", ".json", ".sha256", ".tle", ".txt"})
_LARGE = 2_000_000  # bytes: of a larger file name and size are taken for its content


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a paper."""

    name: str
    title: str
    html: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How far the making of a paper is: part `number` of `of` (0: not known), and what is done now."""

    number: int = 0
    of: int = 0
    what: str = ""


Tell = Callable[[Step], None]


def standing(kind: str, folder: Path) -> str:
    """Return whether the mission in a folder has what a paper is made from: absent, sealed or ready.

    An exercise whose key was sealed is not told of before the key lies beside the seal: whoever sealed it reveals it.

    Raises
    ------
    UnknownNameError
        If there is no paper of that kind.
    """
    if kind not in MAKERS:
        raise UnknownNameError("paper", kind, MAKERS)
    if kind == "exercise" and (folder / SEAL_FILE).is_file():
        return READY if (folder / KEY).is_file() else SEALED
    needed = {"plan": FORCE_FILE, "exercise": SCENARIO_FILE, "outlook": OUTLOOK_FILE}[kind]
    return READY if (folder / needed).is_file() else ABSENT


def seal_of(folder: Path) -> str:
    """Return the digest under which the key of a mission's exercise was sealed; "" where none was."""
    file = folder / SEAL_FILE
    return file.read_text(encoding="utf-8").strip() if file.is_file() else ""


def inputs_of(folder: Path) -> str:
    """Return the digest of the mission's own files and of the version that reads them; data/ bears on no paper."""
    told = {"": VERSION}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.suffix not in _INPUTS or name.parts[0] == "data" or not path.is_file():
            continue
        size = path.stat().st_size
        told[name.as_posix()] = digest(path.read_bytes()) if size <= _LARGE else str(size)
    return digest(canonical_json(told))


def make_pages(kind: str, folder: Path, now: datetime, tell: Tell = lambda step: None) -> tuple[Page, ...]:
    """Return the pages of a paper, the first one first. Takes seconds to minutes; `tell` is called with each step."""
    return MAKERS[kind](folder, now, tell)


def _plan(folder: Path, now: datetime, tell: Tell) -> tuple[Page, ...]:
    begun: dict[str, int] = {}
    parts = len([*(folder / "scenarios").glob("*.yaml")]) + 1  # each scenario, and what all of them share

    def told(what: str) -> None:
        scenario = what.partition(":")[0]
        tell(Step(number=begun.setdefault(scenario, len(begun) + 1), of=parts, what=what))

    made = open_mission(folder).plan(draws=DRAWS["plan"], tell=told)
    papers = {"index": comparison_paper(made.scenarios, made.force, made.watch, title=made.title, now=now)}
    for planned in made.scenarios:
        papers[planned.scenario.scenario_id] = scenario_paper(planned, made.force, now=now)
    return tuple(Page(name=name, title=paper.title, html=paper_html(paper).encode()) for name, paper in papers.items())


def _exercise(folder: Path, now: datetime, tell: Tell) -> tuple[Page, ...]:
    """Return the revealed key of a sealed exercise; else the scores of one run of the scenario.

    The run's seed comes from the mission's files: it is none that anybody was handed an exercise of.
    """
    title = open_mission(folder).brief.title
    if (folder / SEAL_FILE).is_file():
        key = (folder / KEY).read_text(encoding="utf-8")
        check_seal(key, seal_of(folder))
        return (Page(name="index", title=title, html=paper_html(key_paper(key, title=title, now=now)).encode()),)
    seed = int(inputs_of(folder)[:15], 16)

    def told(what: str) -> None:
        tell(Step(number=RUN_STEPS.index(what) + 1, of=len(RUN_STEPS), what=what))

    files = exercise_files_of(open_mission(folder), seed=seed, now=now, tell=told)
    return (Page(name="index", title=title, html=files["index.html"]),)


def _outlook(folder: Path, now: datetime, tell: Tell) -> tuple[Page, ...]:
    mission = open_mission(folder)
    paper = outlook_paper(
        mission.outlook(draws=DRAWS["outlook"], tell=lambda what: tell(Step(what=what))),
        title=mission.brief.title,
        now=now,
    )
    return (Page(name="index", title=paper.title, html=paper_html(paper).encode()),)


MAKERS = {"plan": _plan, "exercise": _exercise, "outlook": _outlook}
KINDS: Sequence[str] = tuple(MAKERS)
