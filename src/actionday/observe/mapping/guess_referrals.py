"""Propose a mapping for a sheet of referrals: one row a target, with dates of sending and answering. Shown and confirmed by a person, like every proposal.

A row of such a sheet becomes a referral and one event for each date in it. Not for: other tables (`guess`).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

_NAMES: Mapping[str, str] = {
    "ref": "ref reference reference_number reference_no ref_no referral_id referral",
    "native": "channel_id account_id chat_id native_id native subject_id",
    "handle": "handle username screen_name account channel",
    "recipient": "recipient host hosting_provider company addressee",
    "route": "route via how",
    "act": "act kind type",
    "ground": "ground legal_basis basis",
    "campaign": "campaign action_day",
    "sent": "sent sent_on sent_at referred_on referred_at referred date_sent",
    "received": "received received_on received_at receipt",
    "answer": "answer outcome result response",
    "answered": "answered answered_on answered_at answer_date response_date",
    "countries": "countries scope where",
    "reason": "reason reasons host_reason why",
    "contested": "contested contested_on contested_at",
    "reinstated": "reinstated reinstated_on reinstated_at",
}
"""By what a referral needs the names under which a sheet has it; compared in lower case, other signs as ``_``."""

_ANSWERS: Mapping[str, str] = {
    r"geo|block|disabl": "access_disabled",
    r"restrict|limit|label": "restricted",
    r"information|more|clarif": "returned",
    r"no answer|silen|none": "no_answer",
    r"not removed|declin|refus|reject|no violation": "declined",
    r"remov|delet|taken down|suspend": "removed",
}
"""What an answer's word says, the first that fits."""


def guess_referrals(by_key: Mapping[str, str], values: Mapping[str, Sequence[object]]) -> dict[str, Any] | None:
    """A mapping of sections, or None where the columns are no sheet of referrals; `by_key` names columns by folded name.

    What a person must fill in is left empty: an answer's unknown word, the platform, the target.
    """
    found = {
        role: c
        for role, names in _NAMES.items()
        if (c := next((by_key[n] for n in names.split() if by_key.get(n)), None))
    }
    if not {"ref", "sent"} <= set(found) or not {"answer", "answered"} & set(found):
        return None
    same = {"ref": found["ref"], "subject": _subject(found)}
    rows = [_referral(found, same), _event(found, same, "sent", "sent")]
    if "received" in found:
        rows.append(_event(found, same, "received", "received"))
    if {"answer", "answered"} <= set(found):
        rows.append(_answer(found, same, values.get(found["answer"], ())))
    rows += [_event(found, same, step, step) for step in ("contested", "reinstated") if step in found]
    return {"rows": rows}


def _subject(found: Mapping[str, str]) -> dict[str, Any]:
    rule: dict[str, Any] = {"from": found.get("native", ""), "id": "channel"}
    if "handle" in found:
        rule["handle"] = found["handle"]
    if "native" not in found and "handle" in found:  # known by handle only
        return {"template": f"@{{{found['handle']}}}", "lower": True, "id": "channel"}
    return rule


def _referral(found: Mapping[str, str], same: Mapping[str, Any]) -> dict[str, Any]:
    named = ("recipient", "route", "act", "ground", "campaign")
    return {"table": "referrals", "columns": {**same, **{role: found[role] for role in named if role in found}}}


def _event(found: Mapping[str, str], same: Mapping[str, Any], step: str, date: str) -> dict[str, Any]:
    columns = {**same, "step": {"value": step}, "at": found[date]}
    return {"table": "referral_events", "needs": [found[date]], "columns": columns}


def _answer(found: Mapping[str, str], same: Mapping[str, Any], seen: Sequence[object]) -> dict[str, Any]:
    words = dict.fromkeys(str(word) for word in seen if word not in (None, ""))
    step = {"from": found["answer"], "values": {word: _meaning(word) for word in words}}
    columns = {**same, "step": step, "at": found["answered"]}
    columns |= {column: found[role] for column, role in (("scope", "countries"), ("reason", "reason")) if role in found}
    return {"table": "referral_events", "needs": [found["answer"], found["answered"]], "columns": columns}


def _meaning(word: str) -> str:
    return next((step for pattern, step in _ANSWERS.items() if re.search(pattern, word.casefold())), "")
