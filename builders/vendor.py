"""Rebuild src/truceline/report/vendor from the two npm packages it comes from.

    npm pack maplibre-gl@5.24.1 world-atlas@2.0.2
    python builders/vendor.py maplibre-gl-5.24.1.tgz world-atlas-2.0.2.tgz

The script is copied as published. Of world-atlas only the land is taken, never the countries: their borders take
sides. Its rings are put together here, once, and kept as whole numbers, each point as the step from the one before:
the file is small, is read in a moment, and the same package gives the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import itertools
import json
import tarfile
from pathlib import Path

import numpy as np

VENDOR = Path(__file__).parents[1] / "src/truceline/report/vendor"
TAKEN = {
    "maplibre-gl": {
        "package/dist/maplibre-gl.js": "maplibre-gl.js",
        "package/dist/maplibre-gl.css": "maplibre-gl.css",
        "package/LICENSE.txt": "maplibre-gl.LICENSE.txt",
    },
    "world-atlas": {
        "package/land-10m.json": "land-10m.npz",
        "package/LICENSE": "world-atlas.LICENSE.txt",
    },
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", nargs=2, type=Path, help="the packages as npm pack leaves them")
    VENDOR.mkdir(parents=True, exist_ok=True)
    lines = []
    for package in parser.parse_args().packages:
        name = next(n for n in TAKEN if package.name.startswith(n))
        lines.append(f"{package.name}  sha256 {hashlib.sha256(package.read_bytes()).hexdigest()}")
        with tarfile.open(package) as archive:
            for member, target in TAKEN[name].items():
                found = archive.extractfile(member)
                assert found is not None, f"{package} has no {member}"
                data = found.read()
                (VENDOR / target).write_bytes(_land(data) if target.endswith(".npz") else data)
    (VENDOR / "VENDORED.txt").write_text("\n".join(sorted(lines)) + "\n")
    for file in sorted(VENDOR.iterdir()):
        print(f"{file.stat().st_size:>9,}  {file.name}")


def _land(data: bytes) -> bytes:
    """Return the land of a quantised TopoJSON as `truceline.report.land` reads it.

    steps : (n, 2) whole numbers, points of all rings one after the other, each as the step from the one before
    scale, shift : (2,) degrees per whole number, and degrees at nought
    ring_ends : where in the points each ring ends; polygon_ends : where in the rings each polygon ends
    """
    topology = json.loads(data)
    arcs = [np.cumsum(np.array(arc), axis=0) for arc in topology["arcs"]]
    polygons = []
    for geometry in topology["objects"]["land"]["geometries"]:
        shapes = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        polygons += [[_ring(ring, arcs) for ring in shape] for shape in shapes]
    rings = list(itertools.chain.from_iterable(polygons))
    target = io.BytesIO()
    np.savez_compressed(
        target,
        steps=np.diff(np.concatenate(rings), axis=0, prepend=[[0, 0]]).astype("<i4"),
        scale=np.array(topology["transform"]["scale"]),
        shift=np.array(topology["transform"]["translate"]),
        ring_ends=np.cumsum([len(ring) for ring in rings]).astype("<i4"),
        polygon_ends=np.cumsum([len(polygon) for polygon in polygons]).astype("<i4"),
    )
    return target.getvalue()


def _ring(numbers: list[int], arcs: list[np.ndarray]) -> np.ndarray:
    """Return a ring from its arcs; a negative number is an arc run backwards (the TopoJSON rule)."""
    runs = [arcs[n] if n >= 0 else arcs[~n][::-1] for n in numbers]
    return np.concatenate([runs[0], *(run[1:] for run in runs[1:])])


if __name__ == "__main__":
    main()
