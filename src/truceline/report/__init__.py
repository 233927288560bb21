"""Reports: an Assessment to text, tables, figures, maps and files. Returns strings and bytes, opens nothing."""
