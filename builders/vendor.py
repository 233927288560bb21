"""Rebuild src/truceline/report/vendor from the two npm packages it comes from.

    npm pack maplibre-gl@5.24.1 world-atlas@2.0.2
    python builders/vendor.py maplibre-gl-5.24.1.tgz world-atlas-2.0.2.tgz

The script is copied as published. Of world-atlas only the land is taken, never the countries: their borders take
sides. The land is compressed with no time stamp, so that the same package gives the same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import tarfile
from pathlib import Path

VENDOR = Path(__file__).parents[1] / "src/truceline/report/vendor"
TAKEN = {
    "maplibre-gl": {
        "package/dist/maplibre-gl.js": "maplibre-gl.js",
        "package/dist/maplibre-gl.css": "maplibre-gl.css",
        "package/LICENSE.txt": "maplibre-gl.LICENSE.txt",
    },
    "world-atlas": {
        "package/land-10m.json": "land-10m.json.gz",
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
                (VENDOR / target).write_bytes(gzip.compress(data, 9, mtime=0) if target.endswith(".gz") else data)
    (VENDOR / "VENDORED.txt").write_text("\n".join(sorted(lines)) + "\n")
    for file in sorted(VENDOR.iterdir()):
        print(f"{file.stat().st_size:>9,}  {file.name}")


if __name__ == "__main__":
    main()
