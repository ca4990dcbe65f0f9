"""Where things are kept: the archive (what was seen). The two stores never meet."""
