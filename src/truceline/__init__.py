"""Truceline: watch a ceasefire, judge it by its own terms, and say what was not seen."""

from truceline.provenance import VERSION as __version__

__all__ = ["__version__"]
