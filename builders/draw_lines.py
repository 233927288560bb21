"""Draw the generalised lines of the bundled missions from town coordinates.

Each vertex is placed by hand beside a named town (coordinates: GeoNames, CC BY 4.0), about every 20 km, from
general knowledge of published maps. The result is deliberately coarse: sigma says how coarse.
Run: python builders/draw_lines.py
"""

from __future__ import annotations

import json
from pathlib import Path

MISSIONS = Path(__file__).resolve().parent.parent / "missions"

# (longitude, latitude, near which town)
EASTER_2026 = [
    (37.66, 50.09, "state border north of Dvorichna"),
    (37.60, 49.95, "north-west of Dvorichna"),
    (37.63, 49.83, "Dvorichna"),
    (37.68, 49.70, "east of Kupiansk"),
    (37.74, 49.60, "east of Kupiansk-Vuzlovyi"),
    (37.74, 49.50, "Kruhliakivka"),
    (37.80, 49.36, "east of Borova"),
    (37.84, 49.22, "north of Lyman"),
    (37.86, 49.06, "Zarichne"),
    (37.88, 48.94, "Yampil"),
    (37.95, 48.84, "west of Siversk"),
    (37.93, 48.72, "west of Soledar"),
    (37.80, 48.60, "Chasiv Yar"),
    (37.72, 48.50, "Kostiantynivka"),
    (37.62, 48.41, "west of Toretsk"),
    (37.42, 48.39, "north-east of Myrnohrad"),
    (37.22, 48.37, "Rodynske"),
    (37.06, 48.29, "Hryshyne"),
    (36.92, 48.19, "east of Novopavlivka"),
    (36.74, 48.09, "Novopavlivka"),
    (36.52, 47.99, "north of Velyka Novosilka"),
    (36.34, 47.90, "south-east of Pokrovske"),
    (36.18, 47.78, "north of Huliaipole"),
    (36.10, 47.64, "Zaliznychne"),
    (35.98, 47.53, "north-west of Polohy"),
    (35.80, 47.47, "south of Orikhiv"),
    (35.58, 47.50, "between Orikhiv and Vasylivka"),
    (35.38, 47.54, "Stepnohirsk"),
    (35.15, 47.53, "reservoir west of Stepnohirsk"),
    (34.88, 47.55, "reservoir north-east of Enerhodar"),
    (34.62, 47.55, "between Enerhodar and Nikopol"),
    (34.38, 47.51, "between Nikopol and Velyka Znamianka"),
    (34.15, 47.43, "reservoir south-west of Nikopol"),
    (33.98, 47.28, "middle of the former reservoir"),
    (33.86, 47.10, "middle of the former reservoir"),
    (33.66, 46.95, "reservoir east of Beryslav"),
    (33.43, 46.82, "Beryslav and Kakhovka"),
    (33.20, 46.75, "west of Nova Kakhovka"),
    (32.96, 46.71, "Dnipro east of Antonivka"),
    (32.73, 46.65, "Antonivka"),
    (32.58, 46.60, "between Kherson and Oleshky"),
    (32.38, 46.55, "Hola Prystan"),
    (32.12, 46.51, "lower Dnipro"),
    (31.85, 46.54, "Dnipro estuary"),
    (31.56, 46.57, "Kinburn spit, facing Ochakiv"),
]

DONBAS_2020 = [
    (39.47, 48.66, "Stanytsia Luhanska"),
    (39.28, 48.69, "between Shchastia and Luhansk"),
    (39.10, 48.73, "Slovianoserbsk"),
    (38.93, 48.73, "south of Trokhizbenka"),
    (38.73, 48.70, "Donetskyi"),
    (38.56, 48.67, "Zolote"),
    (38.44, 48.60, "between Popasna and Pervomaisk"),
    (38.30, 48.47, "between Svitlodarsk and Debaltseve"),
    (38.12, 48.36, "north-east of Horlivka"),
    (37.97, 48.38, "between Toretsk and Horlivka"),
    (37.86, 48.26, "Verkhnotoretske"),
    (37.79, 48.13, "between Avdiivka and Yasynuvata"),
    (37.68, 48.03, "between Pisky and Donetsk"),
    (37.53, 47.94, "between Marinka and Donetsk"),
    (37.56, 47.82, "west of Olenivka"),
    (37.63, 47.71, "between Volnovakha and Dokuchaievsk"),
    (37.75, 47.58, "east of Volnovakha"),
    (37.83, 47.44, "Hranitne"),
    (37.86, 47.30, "Pavlopil"),
    (37.83, 47.18, "between Mariupol and Novoazovsk"),
    (37.85, 47.10, "Shyrokyne"),
]

# September 2014: as in 2020, but Debaltseve lay west of the line
DONBAS_2014 = [
    *DONBAS_2020[:7],
    (38.58, 48.47, "east of Debaltseve, north"),
    (38.55, 48.28, "east of Debaltseve, south"),
    (38.28, 48.27, "between Debaltseve and Horlivka"),
    *DONBAS_2020[8:],
]


def line(vertices: list[tuple[float, float, str]], **properties: object) -> str:
    """Return the GeoJSON text of one line."""
    feature = {
        "type": "Feature",
        "properties": {**properties, "near": [near for _, _, near in vertices]},
        "geometry": {"type": "LineString", "coordinates": [[lon, lat] for lon, lat, _ in vertices]},
    }
    return json.dumps({"type": "FeatureCollection", "features": [feature]}, indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the GeoJSON files."""
    (MISSIONS / "easter-2026/lines/line_of_contact.geojson").write_text(
        line(
            EASTER_2026,
            line_id="line_of_contact",
            called="line of contact, April 2026, generalised",
            left="RU",
            right="UA",
            valid_from="2026-04-01T00:00:00+03:00",
            sigma_km=8,
            source="Drawn by hand from town coordinates (GeoNames, CC BY 4.0), a vertex about every 20 km; generalised",
        ),
        encoding="utf-8",
    )
    for line_id, vertices, called, valid_from, sigma_km in (
        ("line_actual", DONBAS_2020, "line of contact, July 2020, generalised", "2020-07-01T00:00:00+03:00", 3),
        ("line_2014", DONBAS_2014, "line of 19 September 2014, generalised", "2014-09-19T00:00:00+03:00", 5),
    ):
        (MISSIONS / f"donbas-2020/lines/{line_id}.geojson").write_text(
            line(
                vertices,
                line_id=line_id,
                called=called,
                left="AF",
                right="UA",
                valid_from=valid_from,
                sigma_km=sigma_km,
                source="Drawn by hand from town coordinates (GeoNames, CC BY 4.0); generalised",
            ),
            encoding="utf-8",
        )


if __name__ == "__main__":
    main()
