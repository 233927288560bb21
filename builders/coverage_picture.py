"""Make the picture of docs/background/coverage.md: the Easter mission's line under an invented deployment.

Run: .venv/bin/python builders/coverage_picture.py
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import truceline as tl
from truceline.report.chart import figure_png
from truceline.report.coverage_page import coverage_chart
from truceline.sensors.deployment_file import read_deployment
from truceline.watching import watch_over

PICTURE = Path(__file__).resolve().parent.parent / "docs/pictures/coverage_chart.png"
SENSORS = [
    {"id": "night-drones", "kind": "drone", "from_km": 0, "to_km": 200, "hours": "18:00-06:00", "number": 4},
    {"id": "masts", "kind": "camera", "from_km": 150, "to_km": 300, "every_km": 5},
    {"id": "arrays", "kind": "acoustic", "from_km": 250, "to_km": 400, "every_km": 12},
    {"id": "patrols", "kind": "patrol", "from_km": 400, "to_km": 500, "number": 6, "hours": "08:00-17:00"},
]


def main() -> None:
    """Write the coverage chart of four kinds of violation."""
    mission = tl.open_mission("easter-2026")
    brief = mission.brief
    said = {"satellites": [{"instrument": "viirs"}], "sensors": SENSORS}
    made = read_deployment(said, strip=brief.strip, elements=brief.deployment.elements, timezone=brief.timezone)
    made = replace(made, conditions=replace(brief.deployment.conditions, jamming_share=0.3))
    invented = replace(mission, brief=replace(brief, deployment=made, title="Invented sensors on the Easter line"))
    watching = watch_over(invented, kinds=["shelling", "strike", "heavy_weapons", "engineering_work"])
    PICTURE.write_bytes(figure_png(coverage_chart(watching.page(invented)), dpi=80))
    print(PICTURE)


if __name__ == "__main__":
    main()
