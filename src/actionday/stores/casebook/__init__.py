"""What was decided: an append-only, hash-chained ledger on SQLite or PostgreSQL, and what of it can be erased beside it."""

from actionday.stores.casebook.campaigns import CampaignLine, Campaigns
from actionday.stores.casebook.casebook import Casebook, ChainReport, Checkpoint, Erased, Erasure, Fault, Line
from actionday.stores.casebook.cases import Cases, Listing, Looked, Opened, Page, Standing
from actionday.stores.casebook.chain import Head
from actionday.stores.casebook.opening import casebook_exists, open_casebook
from actionday.stores.casebook.publications import Publications
from actionday.stores.casebook.receipts import Receipts, Received
from actionday.stores.casebook.referrals import (
    Batch,
    Filed,
    Kept,
    PartnerList,
    ReferralLine,
    ReferralListing,
    Referrals,
    Sending,
)
from actionday.stores.casebook.requests import Requests, Told

__all__ = [
    "Batch",
    "CampaignLine",
    "Campaigns",
    "Casebook",
    "Cases",
    "ChainReport",
    "Checkpoint",
    "Erased",
    "Erasure",
    "Fault",
    "Filed",
    "Head",
    "Kept",
    "Line",
    "Listing",
    "Looked",
    "Opened",
    "Page",
    "PartnerList",
    "Publications",
    "Receipts",
    "Received",
    "ReferralLine",
    "ReferralListing",
    "Referrals",
    "Requests",
    "Sending",
    "Standing",
    "Told",
    "casebook_exists",
    "open_casebook",
]
