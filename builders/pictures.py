"""Make the pictures of the README from the bundled mission. Run: make pictures."""

from __future__ import annotations

from pathlib import Path

import truceline as tl
from truceline.report import strip_chart_png

PICTURES = Path(__file__).resolve().parent.parent / "docs/pictures"


def main() -> None:
    """Write the strip chart of the Easter truce of 2026."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    result = tl.open_mission("easter-2026").monitor()
    (PICTURES / "strip_chart.png").write_bytes(strip_chart_png(result.assessment, dpi=110))
    print(PICTURES / "strip_chart.png")


if __name__ == "__main__":
    main()
