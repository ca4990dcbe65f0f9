"""Routes, a file each, found by entry point; nobody imports one by name."""
