"""Sources: the outside world to observations. One file per source, each a plugin; may read disk and network."""
