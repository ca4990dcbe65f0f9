"""Foreign tables of any origin, read by a mapping: CSV, TSV, JSON lines, JSON arrays, Parquet."""
