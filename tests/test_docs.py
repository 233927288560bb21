"""The documentation cannot fall behind: links lead somewhere, commands exist, sources and codes are described."""

import re
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import typer

import truceline as tl
from truceline.agreement import CODES, library_names
from truceline.cli import app
from truceline.report.release import PROFILES

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page):
    for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
        if "://" not in target and not target.startswith("mailto:"):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_named_is_a_command(page):
    known = set(typer.main.get_command(app).commands)
    for word in re.findall(r"(?:bin/|`)truceline ([a-z]+)", page.read_text(encoding="utf-8")):
        assert word in known, word


def test_the_two_commands_of_the_readme_are_targets_of_make():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in ("demo", "test", "lint", "bench"):
        assert f"\n{target}:" in makefile
    assert "make demo" in readme
    assert "make test" in readme
    assert "make test" in (ROOT / ".ci/run").read_text(encoding="utf-8")


def test_every_source_is_documented():
    text = (ROOT / "docs/reference/sources.md").read_text(encoding="utf-8")
    for entry in entry_points(group="truceline.sources"):
        assert f"`{entry.name}`" in text or f"## {entry.name}" in text, entry.name


def test_every_linter_code_and_library_agreement_is_documented():
    text = (ROOT / "docs/reference/agreement.md").read_text(encoding="utf-8")
    missing = [code for code in CODES if code not in text] + [name for name in library_names() if name not in text]
    assert missing == []


def test_every_release_profile_is_documented():
    text = (ROOT / "docs/reference/release.md").read_text(encoding="utf-8")
    assert [name for name in PROFILES if name not in text] == []


def test_the_public_names_are_pinned():
    assert sorted(tl.__all__) == ["__version__", "judge", "lint", "open_mission", "read_library", "verify"]
    for name in tl.__all__:
        assert getattr(tl, name) is not None


def test_bundled_versions_agree():
    from truceline.provenance import VERSION

    assert f'version = "{VERSION}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f"version: {VERSION}" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
