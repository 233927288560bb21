"""Sources: the outside world to observations. One file per source, each a plugin; may read disk and network."""

from truceline.sources.registry import Source, find_source, read_source, source_names

__all__ = ["Source", "find_source", "read_source", "source_names"]
