"""4CAT's results: CSV as it maps them, NDJSON as it collects them."""
