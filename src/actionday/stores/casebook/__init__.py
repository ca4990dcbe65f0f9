"""What was decided: an append-only, hash-chained ledger on SQLite or PostgreSQL, and what of it can be erased beside it."""

from actionday.stores.casebook.casebook import Casebook, ChainReport, Checkpoint, Erased, Erasure, Fault, Line
from actionday.stores.casebook.cases import Cases, Listing, Looked, Opened, Page, Standing
from actionday.stores.casebook.chain import Head
from actionday.stores.casebook.opening import casebook_exists, open_casebook
from actionday.stores.casebook.receipts import Receipts, Received

__all__ = [
    "Casebook",
    "Cases",
    "ChainReport",
    "Checkpoint",
    "Erased",
    "Erasure",
    "Fault",
    "Head",
    "Line",
    "Listing",
    "Looked",
    "Opened",
    "Page",
    "Receipts",
    "Received",
    "Standing",
    "casebook_exists",
    "open_casebook",
]
