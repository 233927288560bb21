from importlib.metadata import EntryPoint

import pytest

from truceline.errors import RequestError, SourceError, UnknownNameError
from truceline.sources import find_source, read_source, registry, source_names


def test_every_source_has_its_name_and_one_line_about_it():
    for name in source_names():
        plugin = find_source(name)
        assert name == plugin.NAME
        assert plugin.DESCRIPTION and "\n" not in plugin.DESCRIPTION


def test_an_unknown_source_is_refused_with_a_guess():
    with pytest.raises(UnknownNameError, match="firms"):
        find_source("firm")


@pytest.mark.parametrize(("value", "why"), [("no.such.module", "No module"), ("truceline.errors", "no read")])
def test_a_plugin_that_cannot_be_used_is_named(monkeypatch, value, why):
    entry = EntryPoint(name="broken", value=value, group=registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [entry])
    assert source_names() == ("broken",)
    with pytest.raises(SourceError, match=why) as refused:
        find_source("broken")
    assert "broken" in str(refused.value)


@pytest.mark.parametrize("kind", ["firms", "table", "acled", "ucdp_ged", "viina", "osce_smm", "claims"])
@pytest.mark.parametrize(
    "options",
    [
        {"timezon": "UTC"},
        {"timezone": "Mars/Olympus"},
        {"sigma_m": -1},
        {"day_first": "yes"},
        {"near": [1]},
        {"map": "a"},
    ],
    ids=lambda o: next(iter(o)),
)
def test_a_wrong_option_is_refused_by_every_source(kind, options, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(RequestError):
        read_source(kind, path, source="s", options=options)


@pytest.mark.parametrize("kind", ["firms", "table", "acled", "ucdp_ged", "viina", "osce_smm", "claims"])
def test_a_file_that_is_not_there_and_no_file_at_all_are_refused(kind, tmp_path):
    with pytest.raises(SourceError, match="cannot be opened"):
        read_source(kind, tmp_path / "none.csv", source="s")
    with pytest.raises(SourceError, match="no file"):
        read_source(kind, [], source="s")
