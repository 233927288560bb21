"""Make the pictures of the README from the bundled missions. Run: make pictures."""

from __future__ import annotations

from pathlib import Path

import truceline as tl
from truceline.report import strip_chart_png
from truceline.report.chart import figure_png
from truceline.report.plan_figures import places_figure

PICTURES = Path(__file__).resolve().parent.parent / "docs/pictures"


def main() -> None:
    """Write the strip chart of the Easter truce of 2026 and the map of the plan of February 2025."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    result = tl.open_mission("easter-2026").monitor()
    (PICTURES / "strip_chart.png").write_bytes(strip_chart_png(result.assessment, dpi=110))
    planned = tl.open_mission("reassurance-2025").plan(["plan_feb_2025"]).scenarios[0]
    assert planned.given is not None and planned.places[-1] is not None
    (PICTURES / "plan_map.png").write_bytes(figure_png(places_figure(planned.given, planned.places[-1]), dpi=90))
    for name in ("strip_chart.png", "plan_map.png"):
        print(PICTURES / name)


if __name__ == "__main__":
    main()
