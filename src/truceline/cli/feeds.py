"""The command that downloads public feeds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from truceline.cli.shown import download_bar, out, print_json
from truceline.cli.words import Json, corners
from truceline.errors import UnknownNameError
from truceline.sources.fetch import Manner, fetch_firms, fetch_lines
from truceline.timespan import parse_instant


def fetch(
    what: Annotated[str, typer.Argument(help="firms (satellite heat) or lines (map of control).")],
    day: Annotated[str, typer.Argument(help="First day, such as 2026-04-11.")],
    to_file: Annotated[Path, typer.Option("--out", help="The file to write.")],
    box: Annotated[str, typer.Option(help="firms: west,south,east,north in degrees.")] = "",
    product: Annotated[str, typer.Option(help="firms: the product's name.")] = "VIIRS_NOAA20_NRT",
    days: Annotated[int, typer.Option(help="firms: how many days, 1-10.")] = 1,
    base_url: Annotated[str, typer.Option(help="Another server that answers alike.")] = "",
    as_json: Json = False,
) -> None:
    """Download a public feed; goes on where a broken download stopped. Needs the network.

    The key for firms is read from TRUCELINE_FIRMS_KEY.

    Example: truceline fetch firms 2026-04-11 --box 31,46,39,51 --out noaa20.csv
    """
    if what not in {"firms", "lines"}:
        raise UnknownNameError("feed", what, ["firms", "lines"])
    first = parse_instant(day, zone="UTC").date()
    where = {"base_url": base_url} if base_url else {}
    with download_bar(quiet=as_json) as progress:
        manner = Manner(progress=progress)
        if what == "firms":
            path = fetch_firms(to_file, product=product, box=corners(box), day=first, days=days, manner=manner, **where)
        else:
            path = fetch_lines(to_file, day=first, manner=manner, **where)
    if as_json:
        print_json({"file": str(path), "bytes": path.stat().st_size})
    else:
        out.print(f"{path}: {path.stat().st_size:,} bytes", markup=False)
