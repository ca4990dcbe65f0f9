"""Status checks as a table: who looked at what, when, and what state it was in."""
