"""The names of the forgotten are taken out of free text, known by keyed hashes only."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from actionday.observe.redact import hide_names, hide_names_in
from actionday.stores.archive.schemas import TABLES
from actionday.stores.archive.subjects import Subject, name_hashes

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
SUBJECT = Subject(
    frozenset({"xmpp:account:sunny@example.org"}), frozenset({"xmpp:@sun_p"}), frozenset({"Sunny Painter", "رسام مشمس"})
)
HASHES = frozenset(name_hashes(SUBJECT, KEY))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("by Sunny Painter, today", "by [erased], today"),
        ("SUNNY_painter.csv", "[erased].csv"),
        ("Sunny  -  Painter", "[erased]"),
        ("a Sunny day, a painter", "a Sunny day, a painter"),
        ("sunny sunny painter", "sunny [erased]"),
        ("write to sunny@example.org!", "write to [erased]!"),
        ("كتب رسام مشمس اليوم", "كتب [erased] اليوم"),
        ("", ""),
        ("Sunny", "Sunny"),
    ],
)
def test_a_name_is_found_however_its_words_are_parted(text: str, left: str) -> None:
    assert hide_names(text, KEY, HASHES) == left
    assert hide_names(text, OTHER, HASHES) == text


def test_columns_of_free_text_are_cleaned_and_others_left() -> None:
    loose = pa.schema([pa.field(field.name, field.type) for field in TABLES["posts"].payload])
    at = datetime(2019, 11, 22, tzinfo=UTC)
    rows = [
        {"channel": "telegram:channel:1", "native": str(n), "platform": "telegram", "at": at, "kind": "original", "text": text}
        for n, text in enumerate(("la li", None, "thanks sunny painter", "thanks sunny painter"))
    ]  # fmt: skip
    table = pa.Table.from_pylist(rows, schema=loose)
    clean = hide_names_in({"posts": table}, KEY, HASHES)["posts"]
    assert clean["text"].to_pylist() == ["la li", None, "thanks [erased]", "thanks [erased]"]
    assert clean.drop_columns(["text"]) == table.drop_columns(["text"])
    assert hide_names_in({"posts": table}, KEY, frozenset())["posts"] is table
