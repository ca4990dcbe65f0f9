"""The terminal: a file per verb."""
