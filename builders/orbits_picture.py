"""Draw how pixel widths of NASA's detections follow the angle off nadir. Run: python builders/orbits_picture.py"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd

from truceline.orbits import find_passes, find_swath, read_elements
from truceline.timespan import Timespan

matplotlib.use("Agg")
import matplotlib.pyplot as plt

HOME = Path(__file__).resolve().parent.parent
EASTER = HOME / "missions/easter-2026"
SATELLITES = {"J1": ("NOAA-20", 43013), "SUOMI": ("S-NPP", 37849), "J2": ("NOAA-21", 54234)}
COLOURS = ("#0072b2", "#d55e00", "#009e73")
PERIOD = Timespan(start=datetime(2026, 4, 5, tzinfo=UTC), end=datetime(2026, 4, 19, tzinfo=UTC))
EARTH_KM, HEIGHT_KM, NADIR_KM = 6371.0, 829.0, 0.375


def matched(prefix: str, norad_id: int) -> pd.DataFrame:
    """Return each detection of a satellite with its nearest pass."""
    sets = [one for file in (EASTER / "elements").glob("*.tle") for one in read_elements(file.read_text()).sets]
    files = sorted((EASTER / "data").glob(f"{prefix}_*.csv"))
    seen = pd.concat([pd.read_csv(file) for file in files], ignore_index=True)
    clock = seen.acq_date.astype(str) + " " + seen.acq_time.astype(str).str.slice(0, 5)
    passes = find_passes(
        [one for one in sets if one.norad_id == norad_id],
        [find_swath("viirs")],
        lon_deg=seen.longitude,
        lat_deg=seen.latitude,
        period=PERIOD,
    )
    acquired = pd.to_datetime(clock, utc=True).take(passes.cell)
    passes["apart_s"] = (passes.time_peak - acquired.array).dt.total_seconds()
    nearest = passes.loc[passes.apart_s.abs().groupby(passes.cell).idxmin()].set_index("cell")
    nearest["scan"] = seen.scan
    return nearest[nearest.apart_s.abs() <= 180]


def expected_km(off_nadir_deg: np.ndarray) -> np.ndarray:
    """Return the width of a VIIRS pixel: three detectors' samples as one to 31.72 degrees, two to 44.86, then one."""
    ratio = (EARTH_KM + HEIGHT_KM) / EARTH_KM
    off = np.radians(off_nadir_deg)
    zenith = np.arcsin(ratio * np.sin(off))
    slant = EARTH_KM * np.sin(zenith - off) / np.sin(np.maximum(off, 1e-9))
    joined = np.select([off_nadir_deg < 31.72, off_nadir_deg < 44.86], [3, 2], 1)
    return NADIR_KM * joined / 3 * slant / HEIGHT_KM / np.cos(zenith)


def main() -> None:
    """Write the picture and print the shares of detections within three minutes."""
    figure, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
    for colour, (prefix, (name, norad_id)) in zip(COLOURS, SATELLITES.items(), strict=True):
        rows = matched(prefix, norad_id)
        axes.scatter(rows.off_nadir_deg, rows.scan, s=7, color=colour, alpha=0.5, linewidths=0, label=name)
        print(name, len(rows), f"median {rows.apart_s.median() - 30:+.0f} s")
    angle = np.linspace(0.1, 56.28, 2000)
    width = expected_km(angle)
    width[np.abs(np.diff(width, append=width[-1])) > 0.05] = np.nan  # no line across the jumps
    axes.plot(angle, width, color="black", linewidth=1, label="expected from the scan")
    axes.set(xlabel="computed angle off nadir, degrees", ylabel="scan: pixel width in the product, km")
    axes.set(xlim=(0, 58), ylim=(0.25, 0.9))
    axes.legend(loc="upper left", frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    picture = HOME / "docs/pictures/off_nadir_and_scan.png"
    figure.savefig(picture, dpi=110)
    print(picture)


if __name__ == "__main__":
    main()
