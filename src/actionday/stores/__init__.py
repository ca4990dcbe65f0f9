"""Where things are kept: the archive (what was seen) and the casebook (what was decided). The two stores never meet."""
