"""How does one read it? The brief: report, figures, tables; one escaping function per sink."""
