import pytest
from sgp4.api import Satrec

from truceline.orbits import Elements
from truceline.orbits.tle import Bad, checksum, read_norad_id, read_tle

# Vallado et al. 2006 (AIAA 2006-6753), satellite 00005 of the verification set
VANGUARD = (
    "1 00005U 58002B   00179.78495062  .00000023  00000-0  28098-4 0  4753",
    "2 00005  34.2682 348.7242 1859667 331.7664  19.3264 10.82419157413667",
)


def one(*lines):
    return [found for _, found in read_tle("\n".join(lines))]


def test_the_checksums_of_the_verification_set_are_its_own():
    assert [checksum(line) for line in VANGUARD] == [int(line[-1]) for line in VANGUARD]


def test_two_lines_are_a_set_named_by_its_number():
    (found,) = one(*VANGUARD)
    assert isinstance(found, Elements)
    assert (found.name, found.norad_id) == ("00005", 5)
    assert found.epoch.isoformat(timespec="seconds") == "2000-06-27T18:50:19+00:00"  # day 179.78495062 of 2000
    assert found.eccentricity == 0.1859667
    assert found.drag_per_radius == pytest.approx(2.8098e-5)


@pytest.mark.parametrize("title", ["VANGUARD 1", "0 VANGUARD 1"])
def test_a_third_line_before_them_is_the_name(title):
    assert one("# a remark", title, *VANGUARD)[0].name == "VANGUARD 1"


def test_every_field_is_read_as_the_reference_code_reads_it(text):
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for i, found in enumerate(one(*lines)):
        theirs = Satrec.twoline2rv(lines[3 * i + 1], lines[3 * i + 2])
        ours = found.satrec()
        for name in ("bstar", "ndot", "nddot", "ecco", "argpo", "inclo", "mo", "no_kozai", "nodeo", "satnum"):
            assert getattr(ours, name) == pytest.approx(getattr(theirs, name), rel=1e-12), name
        assert ours.jdsatepoch + ours.jdsatepochF == pytest.approx(theirs.jdsatepoch + theirs.jdsatepochF, abs=1e-9)


@pytest.mark.parametrize("line", [0, 1])
def test_any_one_digit_changed_is_found(line):
    for column in [c for c in range(2, 68) if VANGUARD[line][c].isdigit()]:
        lines = list(VANGUARD)
        other = str((int(lines[line][column]) + 1) % 10)
        lines[line] = lines[line][:column] + other + lines[line][column + 1 :]
        (found,) = one(*lines)
        assert isinstance(found, Bad)
        assert "checksum" in found.reason


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ((VANGUARD[0][:50], VANGUARD[1]), "50 characters"),
        ((VANGUARD[0], VANGUARD[1][:68]), "68 characters"),
        ((VANGUARD[0],), "without its line 2"),
        ((VANGUARD[1],), "without its line 1"),
        ((VANGUARD[0], VANGUARD[1].replace("00005", "00006")[:68] + "8"), "line 2 of 00006"),
        ((VANGUARD[0], VANGUARD[1].replace("34.2682", "34,2682")[:68] + "7"), "in their columns"),
    ],
)
def test_a_set_cut_short_or_mixed_up_says_how(lines, reason):
    (found,) = one(*lines)
    assert isinstance(found, Bad)
    assert reason in found.reason


def test_a_bad_set_does_not_take_the_next_with_it():
    found = one("BROKEN", VANGUARD[0], "WHOLE", *VANGUARD)
    assert [type(f) for f in found] == [Bad, Elements]
    assert [f.name for f in found] == ["BROKEN", "WHOLE"]


# Space-Track's Alpha-5 scheme: A0000 is 100000, E8493 is 148493, J2931 is 182931, Z9999 is 339999
@pytest.mark.parametrize(
    ("text", "number"), [("00005", 5), ("A0000", 100000), ("E8493", 148493), ("J2931", 182931), ("Z9999", 339999)]
)
def test_a_leading_letter_counts_on_beyond_99999(text, number):
    assert read_norad_id(text) == number
