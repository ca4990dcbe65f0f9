"""What was seen: append-only tables (Delta Lake on Parquet), read through Ibis on DuckDB."""
