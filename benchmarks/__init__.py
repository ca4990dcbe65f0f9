"""Benchmarks: a named peer in the same run, ratios printed."""
