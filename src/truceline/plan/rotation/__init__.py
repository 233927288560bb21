"""Month by month: which units fill which posts, to a proven bound, with what binds in words."""
