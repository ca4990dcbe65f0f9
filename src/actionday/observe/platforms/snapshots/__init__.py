"""A series of dated list or profile files, diffed into spells."""
