"""Search: spaces, populations, measuring, records."""
