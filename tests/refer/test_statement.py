"""The Transparency Database's rules, one by one, against an independent table of them; batches; and what an order owes."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actionday.refer.statement import BATCH, Act, Cause, Statement, batches, faults, owed, told
from actionday.refer.statement_words import (
    CATEGORIES,
    COUNTRIES,
    KEYWORDS,
    TERRORISM,
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

ILLEGAL = Statement(
    decision_visibility=(Visibility.REMOVED,),
    decision_ground=DecisionGround.ILLEGAL,
    illegal_content_legal_ground="Directive (EU) 2017/541, Art. 5",
    illegal_content_explanation="It calls for attacks.",
    content_type=(ContentType.TEXT,),
    category=TERRORISM[0],
    category_specification=(TERRORISM[1],),
    content_date=date(2026, 3, 28),
    application_date=date(2026, 3, 29),
    decision_facts="A public channel's post was read by two people.",
    source_type=Source.ARTICLE_16,
    automated_detection=False,
    automated_decision=Automated.NOT,
    puid="demo-1",
)
TERMS = replace(
    ILLEGAL,
    decision_ground=DecisionGround.INCOMPATIBLE,
    illegal_content_legal_ground="",
    illegal_content_explanation="",
    incompatible_content_ground="Terms 4.2",
    incompatible_content_explanation="The terms forbid it.",
    puid="demo-2",
)


def test_two_whole_statements() -> None:
    assert faults(ILLEGAL) == faults(TERMS) == ()
    assert told(ILLEGAL) == {
        "decision_visibility": ["DECISION_VISIBILITY_CONTENT_REMOVED"],
        "decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT",
        "illegal_content_legal_ground": "Directive (EU) 2017/541, Art. 5",
        "illegal_content_explanation": "It calls for attacks.",
        "content_type": ["CONTENT_TYPE_TEXT"],
        "category": "STATEMENT_CATEGORY_RISK_FOR_PUBLIC_SECURITY",
        "category_specification": ["KEYWORD_TERRORIST_CONTENT"],
        "content_date": "2026-03-28",
        "application_date": "2026-03-29",
        "decision_facts": "A public channel's post was read by two people.",
        "source_type": "SOURCE_ARTICLE_16",
        "automated_detection": "No",
        "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
        "puid": "demo-1",
    }


def test_the_vocabularies_have_the_published_sizes() -> None:
    assert (len(CATEGORIES), len(COUNTRIES)) == (16, 30)
    assert {"KEYWORD_TERRORIST_CONTENT", "KEYWORD_STALKING", "KEYWORD_OTHER"} <= KEYWORDS
    assert "KEYWORD_DANGEROUS_TOYS" not in KEYWORDS
    assert "GR" in COUNTRIES
    assert "EL" not in COUNTRIES


@pytest.mark.parametrize(
    "change",
    [
        {"decision_visibility": (), "decision_monetary": Monetary.SUSPENSION},
        {"decision_visibility": (), "decision_provision": Provision.TOTAL_TERMINATION},
        {"decision_visibility": (), "decision_account": AccountDecision.SUSPENDED},
        {"decision_visibility": (Visibility.OTHER, Visibility.LABELLED), "decision_visibility_other": "hidden"},
        {"decision_monetary": Monetary.OTHER, "decision_monetary_other": "frozen"},
        {"content_type": (ContentType.OTHER,), "content_type_other": "sticker"},
        {"account_type": AccountType.PRIVATE, "decision_account": AccountDecision.TERMINATED},
        {"category_specification": ("KEYWORD_OTHER",)},
        {"category_specification": ("KEYWORD_OTHER",), "category_specification_other": "told"},
        {"category_addition": ("STATEMENT_CATEGORY_VIOLENCE",)},
        {"territorial_scope": tuple(sorted(COUNTRIES))},
        {"content_language": "AR"},
        {"end_date_account_restriction": date(2026, 3, 29)},
        {"end_date_visibility_restriction": date(2038, 1, 1)},
        {"decision_ground_reference_url": "https://law.example/a"},
        {"content_id_ean_13": "4006381333931"},
        {"source_identity": "somebody"},
        {"content_date": date(2000, 1, 1)},
        {"puid": "A-z_9" * 100},
        {"decision_facts": "x" * 5000},
    ],
)
def test_what_may_be_said(change: dict[str, Any]) -> None:
    assert faults(replace(ILLEGAL, **change)) == ()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"decision_visibility": ()}, "decision_visibility"),
        ({"decision_visibility": (Visibility.OTHER,)}, "decision_visibility_other"),
        ({"decision_monetary": Monetary.OTHER}, "decision_monetary_other"),
        ({"illegal_content_legal_ground": ""}, "illegal_content_legal_ground"),
        ({"illegal_content_explanation": " "}, "illegal_content_explanation"),
        ({"decision_ground": DecisionGround.INCOMPATIBLE}, "incompatible_content_ground"),
        ({"decision_ground": DecisionGround.INCOMPATIBLE}, "incompatible_content_explanation"),
        ({"content_type": ()}, "content_type"),
        ({"content_type": (ContentType.OTHER,)}, "content_type_other"),
        ({"category": ""}, "category"),
        ({"category": "STATEMENT_CATEGORY_PORNOGRAPHY_OR_SEXUALIZED_CONTENT"}, "category"),
        ({"category_addition": ("VIOLENCE",)}, "category_addition"),
        ({"category_specification": ("KEYWORD_DISINFORMATION",)}, "category_specification"),
        ({"territorial_scope": ("EL",)}, "territorial_scope"),
        ({"content_language": "ar"}, "content_language"),
        ({"content_date": date(1999, 12, 31)}, "content_date"),
        ({"content_date": date(2038, 1, 2)}, "content_date"),
        ({"application_date": date(2019, 12, 31)}, "application_date"),
        ({"application_date": date(2038, 1, 2)}, "application_date"),
        *[
            ({f"end_date_{what}_restriction": day}, f"end_date_{what}_restriction")
            for what in ("visibility", "monetary", "service", "account")
            for day in (date(2038, 1, 2), date(2026, 3, 28))
        ],
        ({"decision_facts": ""}, "decision_facts"),
        ({"content_id_ean_13": "123"}, "content_id_ean_13"),
        ({"decision_ground_reference_url": "law"}, "decision_ground_reference_url"),
        ({"puid": ""}, "puid"),
        ({"puid": "a b"}, "puid"),
        ({"puid": "ä"}, "puid"),
        ({"puid": "x" * 501}, "puid"),
        ({"decision_facts": "x" * 5001}, "decision_facts"),
        ({"illegal_content_legal_ground": "x" * 501}, "illegal_content_legal_ground"),
        ({"illegal_content_explanation": "x" * 2001}, "illegal_content_explanation"),
        ({"source_identity": "x" * 501}, "source_identity"),
        ({"decision_visibility": (Visibility.OTHER,), "decision_visibility_other": "x" * 501}, "decision_visibility_other"),
        ({"decision_monetary": Monetary.OTHER, "decision_monetary_other": "x" * 501}, "decision_monetary_other"),
        ({"content_type": (ContentType.OTHER,), "content_type_other": "x" * 501}, "content_type_other"),
        ({"category_specification": ("KEYWORD_OTHER",), "category_specification_other": "x" * 501}, "category_specification_other"),
        ({"decision_ground_reference_url": "https://law.example/" + "x" * 500}, "decision_ground_reference_url"),
    ],
)  # fmt: skip
def test_what_is_refused(change: dict[str, Any], field: str) -> None:
    assert field in [fault.field for fault in faults(replace(ILLEGAL, **change))]


@pytest.mark.parametrize(
    "change", [{"incompatible_content_ground": "x" * 501}, {"incompatible_content_explanation": "x" * 2001}]
)
def test_lengths_of_the_other_ground(change: dict[str, Any]) -> None:
    assert [fault.field for fault in faults(replace(TERMS, **change))] == list(change)


@pytest.mark.parametrize(
    ("statement", "change", "dropped"),
    [
        (ILLEGAL, {"decision_visibility_other": "x"}, "decision_visibility_other"),
        (
            ILLEGAL,
            {"decision_monetary": Monetary.SUSPENSION, "decision_monetary_other": "x"},
            "decision_monetary_other",
        ),
        (ILLEGAL, {"incompatible_content_ground": "x" * 600}, "incompatible_content_ground"),
        (ILLEGAL, {"incompatible_content_explanation": "x"}, "incompatible_content_explanation"),
        (ILLEGAL, {"incompatible_content_illegal": True}, "incompatible_content_illegal"),
        (TERMS, {"illegal_content_legal_ground": "x"}, "illegal_content_legal_ground"),
        (TERMS, {"illegal_content_explanation": "x"}, "illegal_content_explanation"),
        (ILLEGAL, {"content_type_other": "x"}, "content_type_other"),
        (ILLEGAL, {"category_specification_other": "x"}, "category_specification_other"),
        (ILLEGAL, {"source_type": Source.VOLUNTARY, "source_identity": "x"}, "source_identity"),
    ],
)
def test_what_does_not_apply_is_left_out_and_counts_for_nothing(
    statement: Statement, change: dict[str, Any], dropped: str
) -> None:
    changed = replace(statement, **change)
    assert faults(changed) == ()
    assert dropped not in told(changed)


def test_yes_and_no_and_nested_ids() -> None:
    made = told(
        replace(TERMS, incompatible_content_illegal=False, automated_detection=True, content_id_ean_13="1" * 13)
    )
    assert (made["incompatible_content_illegal"], made["automated_detection"]) == ("No", "Yes")
    assert made["content_id"] == {"EAN-13": "1" * 13}
    assert "content_id_ean_13" not in made


def test_an_order_owes_none_and_what_goes_beyond_it_owes_its_own() -> None:
    removal = Act(Cause.ORDER, replace(ILLEGAL, puid="removal"), ordered=True)
    account = replace(
        TERMS, puid="account", decision_visibility=(), decision_account=AccountDecision.SUSPENDED, source_identity="who"
    )
    made = owed([removal, Act(Cause.ORDER, account)])
    assert [one.puid for one in made] == ["account"]
    assert made[0].source_type is Source.VOLUNTARY
    assert "source_identity" not in told(made[0])
    assert faults(made[0]) == ()
    with pytest.raises(ValueError, match="nothing is ordered"):
        owed([Act(Cause.REFERRAL, ILLEGAL, ordered=True)])


@pytest.mark.parametrize(
    ("cause", "source"),
    [
        (Cause.REFERRAL, "SOURCE_TYPE_OTHER_NOTIFICATION"),
        (Cause.TRUSTED_FLAGGER, "SOURCE_TRUSTED_FLAGGER"),
        (Cause.NOTICE, "SOURCE_ARTICLE_16"),
        (Cause.OWN, "SOURCE_VOLUNTARY"),
    ],
)
def test_the_cause_names_the_source(cause: Cause, source: str) -> None:
    assert told(owed([Act(cause, TERMS)])[0])["source_type"] == source


@given(st.integers(0, 350), st.sets(st.integers(0, 349)))
def test_batches_hold_one_to_a_hundred_in_order_and_nothing_faulty(count: int, faulty: set[int]) -> None:
    made = [replace(ILLEGAL, puid=f"p{n}", decision_facts="" if n in faulty else "x") for n in range(count)]
    bodies, refused = batches(made)
    inside = [json.loads(body)["statements"] for body in bodies]
    assert all(1 <= len(one) <= BATCH for one in inside)
    assert [one["puid"] for body in inside for one in body] == [f"p{n}" for n in range(count) if n not in faulty]
    assert [one.statement.puid for one in refused] == [f"p{n}" for n in range(count) if n in faulty]


def test_a_number_used_twice_is_refused() -> None:
    bodies, refused = batches([ILLEGAL, ILLEGAL])
    assert len(json.loads(bodies[0])["statements"]) == 1
    assert [fault.says for fault in refused[0].faults] == ["used twice"]
