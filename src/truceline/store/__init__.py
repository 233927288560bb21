"""The store: an append-only record of everything seen and judged, which anyone can verify."""
