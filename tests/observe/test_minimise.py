"""People without a role are pseudonyms from import on; the forgotten stay out."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from actionday.observe.minimise import Naming, officers_in, rename_people, suppress
from actionday.records import name_hash, pseudonym, subject_hash
from actionday.stores.archive.schemas import TABLES

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
NOW = datetime(2019, 11, 22, tzinfo=UTC)


def table(name: str, *rows: Mapping[str, object]) -> pa.Table:
    loose = pa.schema([pa.field(field.name, field.type) for field in TABLES[name].payload])
    return pa.Table.from_pylist(list(rows), schema=loose)


ADMIN, MEMBER, CHANNEL = "telegram:account:1", "telegram:account:2", "telegram:channel:3"


def test_members_lose_their_names_and_officers_keep_theirs() -> None:
    tables = {
        "accounts": table(
            "accounts",
            {"subject": ADMIN, "platform": "telegram", "native": "1", "handle": "adm", "display_name": "A", "bio": "x"},
            {
                "subject": MEMBER,
                "platform": "telegram",
                "native": "2",
                "handle": "mem",
                "display_name": "M",
                "bio": "y",
                "followers": 5,
            },
        ),
        "posts": table(
            "posts",
            {
                "channel": CHANNEL,
                "native": "1",
                "platform": "telegram",
                "author": MEMBER,
                "at": NOW,
                "kind": "forward",
                "forward_from": ADMIN,
                "forward_name": "A",
            },
            {
                "channel": CHANNEL,
                "native": "2",
                "platform": "telegram",
                "author": CHANNEL,
                "at": NOW,
                "kind": "forward",
                "forward_from": CHANNEL,
                "forward_name": "Venue",
            },
        ),
    }
    named = rename_people(tables, Naming(KEY, frozenset({ADMIN})))
    hidden = pseudonym(KEY, MEMBER)
    admin, member = named["accounts"].to_pylist()
    assert (admin["subject"], admin["handle"], admin["pseudonym"]) == (ADMIN, "adm", pseudonym(KEY, ADMIN))
    assert (member["subject"], member["handle"], member["native"], member["bio"], member["pseudonym"]) == (
        hidden,
        None,
        None,
        None,
        None,
    )
    assert member["followers"] == 5
    one, two = named["posts"].to_pylist()
    assert (one["author"], one["forward_from"], one["forward_name"]) == (hidden, ADMIN, name_hash(KEY, "A"))
    assert (two["author"], two["forward_from"], two["forward_name"]) == (CHANNEL, CHANNEL, "Venue")


def test_research_homes_name_no_account() -> None:
    tables = {
        "memberships": table(
            "memberships", {"account": ADMIN, "channel": CHANNEL, "platform": "telegram", "role": "owner"}
        )
    }
    assert officers_in(tables) == {ADMIN}
    named = rename_people(tables, Naming(KEY, frozenset({ADMIN}), everyone=True))
    assert named["memberships"]["account"].to_pylist() == [pseudonym(KEY, ADMIN)]


def test_a_research_home_names_nobody_that_a_link_leads_to() -> None:
    link = {"channel": CHANNEL, "post": "1", "platform": "telegram", "own": True, "position": 0}
    named = (
        {"kind": "handle", "target": "twitter:@somebody", "target_kind": "account", "url": None},
        {"kind": "url", "target": ADMIN, "target_kind": "account", "url": "tg://user?id=1"},
        {"kind": "url", "target": "website:channel:a.example", "target_kind": "site", "url": "https://a.example/b"},
    )
    tables = {"links": table("links", *({**link, **one} for one in named))}
    hidden = rename_people(tables, Naming(KEY, everyone=True))["links"]
    assert hidden["target"].to_pylist() == [
        pseudonym(KEY, "twitter:account:@somebody"),
        pseudonym(KEY, ADMIN),
        "website:channel:a.example",
    ]
    assert hidden["url"].to_pylist() == [None, None, "https://a.example/b"]
    kept = rename_people(tables, Naming(KEY))["links"]
    assert kept["target"].to_pylist()[0] == "twitter:@somebody"


def test_a_judgement_goes_by_the_name_that_looks_have() -> None:
    tables = {
        "affiliations": table("affiliations", *({"subject": s, "organisation": "A", "stance": "official"} for s in (ADMIN, MEMBER, CHANNEL))),
        "sightings": table("sightings", *({"subject": s, "platform": "telegram", "at": NOW, "state": "present", "basis": "probe"} for s in (ADMIN, MEMBER, CHANNEL))),
    }  # fmt: skip
    named = rename_people(tables, Naming(KEY, frozenset({ADMIN})))
    judged, looked = (named[name]["subject"].to_pylist() for name in ("affiliations", "sightings"))
    assert judged == looked == [ADMIN, pseudonym(KEY, MEMBER), CHANNEL]


def test_a_persons_own_page_is_a_person() -> None:
    page = {"channel": MEMBER, "platform": "telegram"}
    tables = {
        "posts": table("posts", {**page, "native": "1", "author": MEMBER, "at": NOW, "kind": "original"}),
        "links": table("links", {**page, "post": "1", "kind": "url", "position": 0}),
        "media": table("media", {**page, "post": "1", "position": 0}),
    }
    hidden = pseudonym(KEY, MEMBER)
    for naming, kept in ((Naming(KEY), hidden), (Naming(KEY, frozenset({MEMBER})), MEMBER)):
        assert {rows["channel"][0].as_py() for rows in rename_people(tables, naming).values()} == {kept}


@given(st.text(min_size=1, max_size=30), st.text(min_size=1, max_size=30))
def test_pseudonyms_are_stable_keyed_and_apart(one: str, two: str) -> None:
    a, b = f"telegram:account:{one}", f"telegram:account:{two}"
    assert pseudonym(KEY, a) == pseudonym(KEY, a)
    assert (pseudonym(KEY, a) == pseudonym(KEY, b)) == (a == b)
    assert pseudonym(KEY, a) != pseudonym(OTHER, a)
    assert one not in pseudonym(KEY, a) or len(one) < 12
    assert pseudonym(KEY, f"telegram:channel:{one}") == f"telegram:channel:{one}"


def test_the_forgotten_are_dropped_wherever_an_id_stands() -> None:
    hashes = frozenset({subject_hash(KEY, MEMBER), subject_hash(KEY, "telegram:@mem")})
    tables = {
        "posts": table(
            "posts",
            {
                "channel": CHANNEL,
                "native": "1",
                "platform": "telegram",
                "author": MEMBER,
                "at": NOW,
                "kind": "original",
            },
            {"channel": CHANNEL, "native": "2", "platform": "telegram", "author": None, "at": NOW, "kind": "original"},
        ),
        "links": table(
            "links",
            {
                "channel": CHANNEL,
                "post": "2",
                "platform": "telegram",
                "kind": "handle",
                "target": "telegram:@mem",
                "position": 0,
            },
            {"channel": CHANNEL, "post": "2", "platform": "telegram", "kind": "talk", "target": None, "position": 1},
        ),
    }
    kept, dropped = suppress(tables, KEY, hashes)
    assert dropped == 2
    assert kept["posts"]["native"].to_pylist() == ["2"]
    assert kept["links"]["position"].to_pylist() == [1]
    same, none = suppress(tables, OTHER, hashes)
    assert none == 0
    assert same["posts"].num_rows == 2
