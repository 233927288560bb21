"""Who could send what, under which conditions, at what cost: records, caveats, and closed forms."""
