"""The tables of referring: what was referred, what became of it, and what an outsider said on re-reading. Part of the contract in `schemas`.

They hold what a unit's own sheet holds. Not for: who wrote what (the casebook), the host's or the unit's people by name.
"""

from actionday.stores.archive.specs import I64, TIME, TRUTH, S
from actionday.stores.archive.specs import column as _f
from actionday.stores.archive.specs import declared as _spec

REFERRALS = _spec(
    "referrals",
    "What was referred, ordered, noticed or reported: one row a target and reference. What became of it: `referral_events`.",
    [
        _f("ref", S, null=False),  # the unit's reference number
        _f("subject", S, null=False),
        _f("platform", S, null=False),
        _f("recipient", S),  # who was asked to act: a host, by its own name
        _f("route", S, null=False),  # how it went: email | form | api | portal | letter | …
        _f("act", S, null=False),  # referral | order | notice | report
        _f("campaign", S),
        _f("ground", S),
        _f("contestable", TRUTH),  # whether reference and contest address reached the content provider
        _f("noted_at", TIME),
    ],
    ("ref", "subject"),
    ("subject",),
    free=("ref", "recipient", "ground"),
)

REFERRAL_EVENTS = _spec(
    "referral_events",
    "What happened to a referral and when, by the sheet's word: the host's claims among them, which are not sightings.",
    [
        _f("ref", S, null=False),
        _f("subject", S, null=False),
        _f("step", S, null=False),  # see records.referral.Step
        _f("at", TIME, null=False),  # when it happened
        _f("scope", S),  # of an answer: the countries it holds in; null: everywhere
        _f("reason", S),
        _f("evidence", S),  # what shows it: a message id, a receipt
        _f("told_at", TIME),  # when it was entered
    ],
    ("ref", "subject", "step", "at"),
    ("subject",),
    free=("ref", "reason", "evidence"),
)

AUDITS = _spec(
    "audits",
    "Re-readings of what was removed, by somebody outside of whoever referred it: was it wrongful?",
    [
        _f("ref", S, null=False),
        _f("subject", S, null=False),
        _f("verdict", S, null=False),  # rightful | wrongful | unclear
        _f("audited_at", TIME, null=False),
        _f("stratum", S),  # the group it was drawn from at random
        _f("stratum_size", I64),  # removals of that group, from which it was drawn
        _f("outside", TRUTH),  # the reader does not belong to whoever referred it
        _f("reader", S),
        _f("reason", S),
    ],
    ("ref", "subject", "reader", "audited_at"),
    ("subject",),
    free=("ref", "reader", "reason"),
)
