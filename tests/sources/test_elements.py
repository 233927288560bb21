from datetime import UTC, datetime
from pathlib import Path

import pytest

from truceline.errors import SourceError
from truceline.sources.elements import read_element_files

FOLDER = Path(__file__).resolve().parents[2] / "missions/easter-2026/elements"


def test_a_missions_files_are_read_together():
    found = read_element_files(sorted(FOLDER.glob("*.tle")))
    assert len(found.sets) == 9
    assert list(found.set_aside) == ["file", "line", "name", "reason", "todo"]
    assert found.set_aside.empty


def test_a_set_in_two_files_counts_once(tmp_path):
    again = tmp_path / "again.tle"
    again.write_text((FOLDER / "2026-03-11.tle").read_text())
    assert len(read_element_files([FOLDER / "2026-03-11.tle", again]).sets) == 8


def test_what_is_set_aside_names_its_file_and_line(tmp_path):
    lines = (FOLDER / "2026-03-11.tle").read_text().splitlines()
    lines[3] = lines[3][:-1] + str((int(lines[3][-1]) + 1) % 10)
    (tmp_path / "damaged.tle").write_text("\n".join(lines))
    (tmp_path / "notes.tle").write_text("nothing here")
    found = read_element_files([tmp_path / "damaged.tle", tmp_path / "notes.tle"])
    assert len(found.sets) == 7
    assert found.set_aside.file.tolist() == ["damaged.tle", "notes.tle"]
    assert found.set_aside.line.tolist() == [4, 1]
    assert "checksum" in found.set_aside.reason[0]


def test_an_epoch_after_now_is_set_aside():
    found = read_element_files(sorted(FOLDER.glob("*.tle")), now=datetime(2026, 4, 1, tzinfo=UTC))
    assert len(found.sets) == 8
    assert "in the future" in found.set_aside.reason[0]


@pytest.mark.parametrize("name", ["no.tle", "empty.tle", "binary.tle"])
def test_a_file_that_is_none_is_one_clear_error(tmp_path, name):
    (tmp_path / "empty.tle").write_text("")
    (tmp_path / "binary.tle").write_bytes(bytes(range(128, 256)))
    with pytest.raises(SourceError, match=name.split(".")[0]):
        read_element_files(tmp_path / name)
    with pytest.raises(SourceError):
        read_element_files([tmp_path / name, tmp_path / name])
