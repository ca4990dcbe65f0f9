"""Which account or channel is whose return, and what says the same? Near-duplicates and known content; every answer is a lead.

Not for: seeing (`observe`), deciding (people do), or what a removal changed (`measure`).
"""
