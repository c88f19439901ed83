"""One fit and its cells, from loading rows to records."""
