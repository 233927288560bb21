import csv
import io
import json
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from truceline import cli
from truceline.cli import app

COMMANDS = list(cli.COMMANDS)
DOCS = Path(__file__).resolve().parent.parent / "docs"


@dataclass
class Done:
    """What a command printed."""

    stdout: str
    stderr: str


def run(*words: object, code: int = 0) -> Done:
    """Run a command as a user would, in this process."""
    printed, told = io.StringIO(), io.StringIO()
    with redirect_stdout(printed), redirect_stderr(told):
        found = cli.run([str(word) for word in words])
    assert found == code, told.getvalue() or printed.getvalue()
    return Done(printed.getvalue(), told.getvalue())


def test_the_program_starts_as_a_program():
    done = subprocess.run([sys.executable, "-m", "truceline", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("truceline 0.")


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    return folder, json.loads(run("demo", "--out", folder, "--json").stdout)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_shows_an_example_and_takes_json(command):
    text = CliRunner().invoke(app, [command, "--help"]).output
    assert f"truceline {command}" in text
    assert "--json" in text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command):
    assert f"## {command}" in (DOCS / "reference/cli.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", COMMANDS)
def test_the_list_of_commands_says_what_each_command_says_of_itself(command):
    assert cli.load(command).help.splitlines()[0] == cli.COMMANDS[command][1]


def test_help_waits_for_no_library_that_it_does_not_need():
    program = "import sys; from truceline import cli; cli.run(['--help']); print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("False\n")


def test_monitor_prints_its_documented_json(demo):
    folder, said = demo
    assert set(said) == {
        "pages",
        "observations",
        "set_aside",
        "incidents",
        "findings",
        "status",
        "exposure",
        "record_root",
        "report",
    }
    # 2,561 detections in the 36 NASA files, by the publisher's own count; the two claims are observations too
    assert said["observations"] == 2561 + 2
    assert said["set_aside"] == 0
    for page in ("index.html", "watch/index.html", "plan/index.html", "outlook/index.html"):
        assert (folder / page).is_file()
    assert len(said["record_root"]) == 64


def test_the_demo_never_makes_a_violation_of_heat_alone(demo):
    _, said = demo
    assert "violation" not in said["findings"]
    assert said["findings"]["indeterminate"] > 0


def test_the_exposure_of_the_demo_is_the_truce_times_the_line(demo):
    exposure = demo[1]["exposure"]
    # the truce lasted 32 h (11 April 16:00 to 24:00 on the 12th, Moscow = Kyiv summer time)
    assert exposure["km_h_total"] == pytest.approx(32 * exposure["line_km"])
    assert exposure["km_h_seen"] + exposure["km_h_partly"] + exposure["km_h_unseen"] == pytest.approx(
        exposure["km_h_total"]
    )


def test_the_same_input_and_now_give_the_same_bytes(tmp_path):
    names = ("a", "b")
    for name in names:
        run("monitor", "easter-2026", "--out", tmp_path / name, "--now", "2026-04-19T00:00:00Z", "--json")
    first, second = ({p.name: p.read_bytes() for p in (tmp_path / n).rglob("*") if p.is_file()} for n in names)
    # the record holds a key of its own; everything published must match
    differ = [n for n in first if not n.startswith("record") and first[n] != second.get(n)]
    assert differ == []


def test_verify_passes_and_then_names_the_changed_item(demo, tmp_path):
    folder = demo[0] / "watch"
    assert json.loads(run("verify", folder / "record.sqlite", "--json").stdout) == []
    data = (folder / "record.sqlite").read_bytes()
    at = data.index(b'"frp') if b'"frp' in data else data.index(b'"act":"heat"') + 8
    changed = tmp_path / "record.sqlite"
    changed.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    problems = json.loads(run("verify", changed, "--json", code=1).stdout)
    assert problems
    assert problems[0]["item"]


def test_judge_prints_its_documented_rows(tmp_path):
    sheet = tmp_path / "s.csv"
    sheet.write_text(
        "id,time,offset_km,party,act,item,calibre_mm\ngun,2015-03-10T09:00:00+02:00,20,UA,presence,howitzer,152\n"
    )
    rows = json.loads(run("judge", "minsk_2014_2015", sheet, "--json").stdout)
    columns = [
        "sighting",
        "clause",
        "interpretation",
        "party",
        "verdict",
        "probability",
        "margin",
        "margin_unit",
        "reason",
    ]
    assert all(list(row) == columns for row in rows)
    # 50 km in total, half on each side (Minsk package 2015, 2a): 20 km is 5 short
    guns = [r for r in rows if r["verdict"] == "violation" and r["margin"] == pytest.approx(-5)]
    assert guns


def test_lint_exits_with_1_when_it_found_something():
    rows = json.loads(run("lint", "minsk_2014_2015", "--json", code=1).stdout)
    assert {"code", "where", "message"} == set(rows[0])
    assert {"MISSING_CONSEQUENCE", "EXCEPTION_AMBIGUITY"} <= {row["code"] for row in rows}


@pytest.mark.parametrize(
    "arguments",
    [
        ["monitor", "no-such-mission"],
        ["monitor"],
        ["monitor", "--events", "no.csv"],
        ["judge", "minsk_2014_2015", "no.csv"],
        ["lint", "minsk_2041"],
        ["verify", "no.sqlite"],
        ["monitor", "easter-2026", "--from", "yesterday"],
        ["monitor", "easter-2026", "--profile", "secret"],
        ["fetch", "fires", "2026-04-11"],
        ["fetch", "firms", "2026-04-11", "--box", "a,b"],
    ],
)
def test_a_wrong_request_gets_one_line_and_exit_code_2(arguments, tmp_path):
    extra = ["--out", str(tmp_path / "out")] if arguments[0] in {"monitor", "fetch"} else []
    done = run(*arguments, *extra, code=2)
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()


def test_init_makes_a_mission_that_opens(tmp_path):
    run("init", tmp_path / "mine")
    said = json.loads(run("monitor", tmp_path / "mine", "--out", tmp_path / "out", "--json").stdout)
    assert said["observations"] > 2000


def test_the_ten_minute_switch_works_on_an_analysts_own_sheet(tmp_path):
    (tmp_path / "line.geojson").write_text('{"type": "LineString", "coordinates": [[37.0, 48.0], [38.0, 48.0]]}')
    with open(tmp_path / "theirs.csv", "w", newline="", encoding="utf-8") as file:
        sheet = csv.writer(file)
        sheet.writerow(["Lat", "Lng", "Event date", "Type", "Notes"])
        sheet.writerow(["48.01", "37.5", "2015-03-10T09:00:00+02:00", "shelling", "=cmd()"])
        sheet.writerow(["4801.5", "37.5", "2015-03-10T09:00:00+02:00", "shelling", "degrees-minutes"])
    done = run(
        "monitor",
        *("--events", tmp_path / "theirs.csv", "--line", tmp_path / "line.geojson"),
        *("--agreement", "minsk_2014_2015", "--out", tmp_path / "report"),
    )
    assert "Lat" in done.stdout
    assert "set aside" in done.stderr
    assert "line 3" in done.stderr
    assert (tmp_path / "report/index.html").is_file()
