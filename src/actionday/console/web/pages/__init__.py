"""A file per page or pair of pages: its routes, each over one action."""
