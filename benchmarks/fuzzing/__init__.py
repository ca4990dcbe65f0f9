"""Readers under damaged files: `mutations` makes them, `cases` numbers them, `judge` reads one and says what is wrong, `run` goes on for minutes."""
