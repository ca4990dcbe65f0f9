"""A platform's own daily counts, as it announces them."""
