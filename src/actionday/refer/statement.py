"""Statements of reasons for the DSA Transparency Database, schema v2: every conditional rule, and batches as its bulk endpoint takes them.

A host submits them, never a referrer. Art. 17 of Regulation (EU) 2022/2065 does not cover what an order demands (Art. 9), so an order yields
none; what the host does beyond it is its own decision and yields its own. Source of the rules: the database's published validation and
documentation (digital-services-act/transparency-database, June 2026). Not for: sending (a route of kind *share*).
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from actionday.refer.package import Fault
from actionday.refer.statement_words import (
    CATEGORIES,
    COUNTRIES,
    KEYWORDS,
    AccountDecision,
    AccountType,
    Automated,
    ContentType,
    DecisionGround,
    Monetary,
    Provision,
    Source,
    Visibility,
)

BATCH = 100
"""The most that one call takes; it takes all of them or none."""
_LATEST = date(2038, 1, 1)
_LIMITS = {
    "decision_visibility_other": 500,
    "decision_monetary_other": 500,
    "decision_ground_reference_url": 500,
    "illegal_content_legal_ground": 500,
    "illegal_content_explanation": 2000,
    "incompatible_content_ground": 500,
    "incompatible_content_explanation": 2000,
    "content_type_other": 500,
    "category_specification_other": 500,
    "decision_facts": 5000,
    "source_identity": 500,
    "puid": 500,
}
_REQUIRED = ("content_type", "category", "decision_facts", "puid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement, by the database's own names. Empty text and None mean: not said. `decision_facts` may hold no personal data.

    `puid` is the host's own number of the decision, unique for ever; `content_language` an upper-case ISO 639-1 code; an end date that is not
    said means for good.
    """

    decision_visibility: tuple[Visibility, ...] = ()
    decision_visibility_other: str = ""
    decision_monetary: Monetary | None = None
    decision_monetary_other: str = ""
    decision_provision: Provision | None = None
    decision_account: AccountDecision | None = None
    account_type: AccountType | None = None
    decision_ground: DecisionGround
    decision_ground_reference_url: str = ""
    illegal_content_legal_ground: str = ""
    illegal_content_explanation: str = ""
    incompatible_content_ground: str = ""
    incompatible_content_explanation: str = ""
    incompatible_content_illegal: bool | None = None
    content_type: tuple[ContentType, ...]
    content_type_other: str = ""
    category: str
    category_addition: tuple[str, ...] = ()
    category_specification: tuple[str, ...] = ()
    category_specification_other: str = ""
    territorial_scope: tuple[str, ...] = ()
    content_language: str = ""
    content_date: date
    application_date: date
    end_date_visibility_restriction: date | None = None
    end_date_monetary_restriction: date | None = None
    end_date_service_restriction: date | None = None
    end_date_account_restriction: date | None = None
    decision_facts: str
    source_type: Source
    source_identity: str = ""
    automated_detection: bool
    automated_decision: Automated
    content_id_ean_13: str = ""
    puid: str


def told(statement: Statement) -> dict[str, Any]:
    """What is sent: names as the database knows them, "Yes" and "No", dates as YYYY-MM-DD; what does not apply or is not said is left out."""
    kept: dict[str, Any] = {}
    for name in Statement.__dataclass_fields__:
        value = getattr(statement, name)
        if value in (None, "", ()) or not _applies(name, statement):
            continue
        kept[name] = _written(value)
    ean = kept.pop("content_id_ean_13", None)
    return kept | ({"content_id": {"EAN-13": ean}} if ean else {})


def _applies(name: str, statement: Statement) -> bool:
    condition = _CONDITIONS.get(name)
    return condition is None or condition(statement)


_CONDITIONS: Mapping[str, Any] = {
    "decision_visibility_other": lambda one: Visibility.OTHER in one.decision_visibility,
    "decision_monetary_other": lambda one: one.decision_monetary is Monetary.OTHER,
    "illegal_content_legal_ground": lambda one: one.decision_ground is DecisionGround.ILLEGAL,
    "illegal_content_explanation": lambda one: one.decision_ground is DecisionGround.ILLEGAL,
    "incompatible_content_ground": lambda one: one.decision_ground is DecisionGround.INCOMPATIBLE,
    "incompatible_content_explanation": lambda one: one.decision_ground is DecisionGround.INCOMPATIBLE,
    "incompatible_content_illegal": lambda one: one.decision_ground is DecisionGround.INCOMPATIBLE,
    "content_type_other": lambda one: ContentType.OTHER in one.content_type,
    "category_specification_other": lambda one: "KEYWORD_OTHER" in one.category_specification,
    "source_identity": lambda one: one.source_type is not Source.VOLUNTARY,
}
"""Fields that count only with another's value; the database drops them otherwise, and so does `told`."""
_OPTIONAL = frozenset({"incompatible_content_illegal", "category_specification_other", "source_identity"})
"""Of these, those that may stay empty even where they count."""


def _written(value: object) -> Any:  # noqa: ANN401 - any JSON-able value
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_written(one) for one in value]
    return value.value if isinstance(value, StrEnum) else value


def faults(statement: Statement) -> tuple[Fault, ...]:
    """Why the database would refuse it, or, for end dates, why its documentation does; empty where it is fine."""
    found = [Fault(name, "missing") for name in _REQUIRED if not getattr(statement, name)]
    if not (
        statement.decision_visibility
        or statement.decision_monetary
        or statement.decision_provision
        or statement.decision_account
    ):
        found.append(Fault("decision_visibility", "missing: say what was done: visibility, money, service or account"))
    for name in _CONDITIONS:
        if name not in _OPTIONAL and _applies(name, statement) and not str(getattr(statement, name)).strip():
            found.append(Fault(name, "missing: it goes with what is said elsewhere"))
    kept = told(statement)
    found += [Fault(name, f"longer than {most}") for name, most in _LIMITS.items() if len(kept.get(name, "")) > most]
    return (*found, *_lists(statement), *_shapes(statement), *_dates(statement))


def _lists(one: Statement) -> Iterable[Fault]:
    listed: tuple[tuple[str, Sequence[str], frozenset[str]], ...] = (
        ("category", (one.category,) if one.category else (), CATEGORIES),
        ("category_addition", one.category_addition, CATEGORIES),
        ("category_specification", one.category_specification, KEYWORDS),
        ("territorial_scope", one.territorial_scope, COUNTRIES),
    )
    for name, values, known in listed:
        unknown = [value for value in values if value not in known]
        if unknown:
            yield Fault(name, f"the database does not know {', '.join(unknown)}")


def _shapes(one: Statement) -> Iterable[Fault]:
    if one.puid and not re.fullmatch(r"[a-zA-Z0-9_-]+", one.puid):
        yield Fault("puid", "letters, digits, - and _ only")
    if one.content_language and not re.fullmatch(r"[A-Z]{2}", one.content_language):
        yield Fault("content_language", "two upper-case letters (ISO 639-1)")
    if one.content_id_ean_13 and not re.fullmatch(r"[0-9]{13}", one.content_id_ean_13):
        yield Fault("content_id_ean_13", "13 digits")
    url = one.decision_ground_reference_url
    if url and not (urlsplit(url).scheme in ("http", "https") and urlsplit(url).netloc):
        yield Fault("decision_ground_reference_url", "no web address")


def _dates(one: Statement) -> Iterable[Fault]:
    for name, first in (("content_date", date(2000, 1, 1)), ("application_date", date(2020, 1, 1))):
        if not first <= getattr(one, name) <= _LATEST:
            yield Fault(name, f"not within {first} and {_LATEST}")
    for what in ("visibility", "monetary", "service", "account"):
        name = f"end_date_{what}_restriction"
        end: date | None = getattr(one, name)
        if end and end > _LATEST:
            yield Fault(name, f"after {_LATEST}")
        elif end and end < one.application_date:
            yield Fault(name, "before it was applied")


class Cause(StrEnum):
    """What a host acted on."""

    ORDER = "order"
    """Art. 3 of 2021/784, or another order under Art. 9 of 2022/2065"""
    REFERRAL = "referral"
    TRUSTED_FLAGGER = "trusted_flagger"
    NOTICE = "notice"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Act:
    """Something that a host did, with the statement that it would make of it. `ordered`: the order itself demands just this."""

    cause: Cause
    statement: Statement
    ordered: bool = False


_SOURCES = {
    Cause.ORDER: Source.VOLUNTARY,  # beyond what was ordered: nobody asked for it
    Cause.REFERRAL: Source.OTHER_NOTIFICATION,
    Cause.TRUSTED_FLAGGER: Source.TRUSTED_FLAGGER,
    Cause.NOTICE: Source.ARTICLE_16,
    Cause.OWN: Source.VOLUNTARY,
}


def owed(acts: Iterable[Act]) -> tuple[Statement, ...]:
    """The statements that these acts owe, each with the source that its cause means. What an order demanded owes none.

    Raises ValueError where something counts as ordered without an order.
    """
    made = []
    for act in acts:
        if act.ordered and act.cause is not Cause.ORDER:
            raise ValueError(f"{act.statement.puid}: nothing is ordered by a {act.cause}")
        if not act.ordered:
            made.append(replace(act.statement, source_type=_SOURCES[act.cause]))
    return tuple(made)


@dataclass(frozen=True, slots=True)
class Refused:
    """A statement that stays out of every batch, since it would take its whole batch with it."""

    statement: Statement
    faults: tuple[Fault, ...]


def batches(statements: Iterable[Statement]) -> tuple[tuple[str, ...], tuple[Refused, ...]]:
    """Bodies for the bulk endpoint, JSON with 1 to 100 statements each, in order; and what was refused. A number used twice is refused."""
    good, refused, seen = list[dict[str, Any]](), list[Refused](), set[str]()
    for statement in statements:
        found = faults(statement)
        if statement.puid in seen:
            found = (*found, Fault("puid", "used twice"))
        if found:
            refused.append(Refused(statement, found))
        else:
            good.append(told(statement))
            seen.add(statement.puid)
    bodies = (json.dumps({"statements": good[n : n + BATCH]}) for n in range(0, len(good), BATCH))
    return tuple(bodies), tuple(refused)
