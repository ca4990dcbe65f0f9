"""Columns straight from bytes: the same as a full decoder's, or none at all."""

import contextlib
import io
import json
import random
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actionday.observe.platforms.telegram import examples
from actionday.observe.platforms.telegram.columns import tables_of
from actionday.observe.platforms.telegram.fields import fields_of
from actionday.observe.platforms.telegram.messages import Block, Chat, decode_messages, usable
from actionday.observe.platforms.telegram.peers import Peers
from actionday.observe.platforms.telegram.plain import Plain
from actionday.observe.platforms.telegram.salvage import Page, decode
from actionday.observe.reader import Refused, Source
from actionday.observe.spans import Buffer, Keys, Spans
from actionday.observe.spans_tree import objects_of
from actionday.observe.tabular.jsonpaths import values_at

KEYS = Keys(["text", "date_unixtime", "number", "a", "", "reply_to_message_id", "reply_to_message_ix"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
CHATS = [Chat("telegram:channel:1", "channel", "ba")]


def spans(data: bytes, most: int = 100) -> Spans | None:
    buffer = Buffer()
    buffer.load(io.BytesIO(data), [(0, len(data))])
    found = buffer.objects(KEYS, most)
    return None if found is None else found[0]


def told(column: Any) -> Any:  # noqa: ANN401
    return None if column is None else column.to_pylist()


@settings(deadline=None, max_examples=200)
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(KEYS.names) | st.text("abcé", max_size=9), VALUES | st.text(max_size=200), max_size=6
        ),
        max_size=5,
    ),
    st.booleans(),
    st.sampled_from([None, 1, 9]),
)
def test_strings_are_what_a_decoder_says(rows: list[dict[str, Any]], ascii_only: bool, indent: int | None) -> None:
    written = json.dumps(rows, ensure_ascii=ascii_only, indent=indent)[1:-1].encode("utf-8", "surrogatepass")
    found = spans(written)
    if found is None:  # keys with an escape
        assert any("\\" in json.dumps(key) for row in rows for key in _keys(row))
        return
    assert len(found) == len(rows)
    for name in KEYS.names:
        values = [row.get(name) for row in rows]
        plain = all(value is None or isinstance(value, str) for value in values)
        assert told(found.strings(name)) == (values if plain else None)
        if all(type(value) is int and abs(value) < 10**18 for value in values):
            assert told(found.integers(name)) == values


def _keys(value: Any) -> list[str]:  # noqa: ANN401
    if isinstance(value, dict):
        return [*value, *(key for one in value.values() for key in _keys(one))]
    return [key for one in value for key in _keys(one)] if isinstance(value, list) else []


@pytest.mark.parametrize(
    "broken",
    [
        '{"a":1}{"a":2}', '{"a":1},', ',{"a":1}x', '{"a":01}', '{"a":1.}', '{"a":-}', '{"a":1e}', '{"a":tru}', '{"a":"\\q"}',
        '{"a":"\\u12g4"}', '{"a":"\\ud800"}', '{"a":"\\udc00"}', '{"a":"\\ud800\\u0041"}', '{"a":"\n"}', '{"a" 1}', '{"a":1 "b":2}',
        '{"a":[1,]}', '{"a":{"b"}}', '{"a":{"b":1,}}', '{"a":[1}', '{"a":"', '{"a', "{", "[]", "1", '{"a":' + "[" * 61 + "]" * 61 + "}",
        '{"a":1,}', '{,"a":1}', "{a:1}", '{"a":+1}', '{"a":nul}', '{"b":"\\ud800"}', '{"b":[{"c":01}]}', '{"a\\u0062":1}',
    ],
)  # fmt: skip
def test_what_is_not_plain_is_declined(broken: str) -> None:
    assert spans(broken.encode()) is None


def test_more_objects_than_there_is_room_for_are_declined_and_ranges_are_apart() -> None:
    assert spans(b'{"a":1},{"a":2}', most=1) is None
    buffer = Buffer()
    buffer.load(io.BytesIO(b'{"a":1} ;,{"a":2},{"a":3}'), [(0, 8), (9, 25)])
    found = buffer.objects(KEYS, 3)
    assert found is not None
    assert told(found[0].integers("a")) == [1, 2, 3]
    assert found[1].tolist() == [1, 2]


def test_a_key_that_stands_twice_is_declined_and_words_of_digits_are_numbers() -> None:
    assert spans(b'{"a":"x","a":"-12"}') is None
    found = spans(b'{"a":"-12"},{"a":7},{"a":null},{}')
    assert found is not None
    assert told(found.integers("a")) == [-12, 7, None, None]
    assert found.strings("a") is None
    for odd in (b'"012"', b'"-0"', b"1.0", b'"+1"', b'" 1"', b'""', b"true", b"9" * 19):
        found = spans(b'{"a":%s}' % odd)
        assert found is not None
        assert found.integers("a") is None


def test_bytes_that_are_no_text_are_declined_where_they_are_wanted() -> None:
    found = spans(b'{"a":"\xff","b":"\xff","text":"ba"}')
    assert found is not None
    assert found.strings("a") is None
    assert told(found.strings("text")) == ["ba"]


def _both(data: bytes, tmp_path: Path, zone: str | None) -> bool:
    """Whether the quick way reads the messages; then it must say what the slow one says."""
    path = tmp_path / "messages"
    path.write_bytes(data)
    source, refused = Source(path, "x", zone=zone), list[Refused]()
    with path.open("rb") as file:
        quick = Plain(file, CHATS, Peers()).fields([(0, 0, len(data), True)])
        if quick is None:
            return False
        messages = decode(Page(b'"date_unixtime"').load(file, 0, len(data)), 0, decode_messages, refused)
    block = Block(CHATS, quick.chat, messages, [0])
    slow = tables_of(fields_of(usable(block, zone, refused), Peers()), source)
    assert refused == []
    for name, table in tables_of(quick, source).items():
        assert table.equals(slow[name]), (name, data)
    return True


def _arrays() -> list[bytes]:
    """The message lists of the examples that are sound JSON."""
    found = []
    for example in examples.DESKTOP.values():
        with contextlib.suppress(ValueError):
            root = json.loads(example)
            chats = root["chats"]["list"] if "chats" in root else [root]
            found += [json.dumps(chat["messages"], indent=1)[1:-1].encode() for chat in chats if "messages" in chat]
    return found


MESSAGES = [
    {"id": 1, "date_unixtime": "1600000000", "date": "2020-09-13T14:26:40", "text": "ba", "from": "A", "from_id": "user7"},
    {"id": 2, "type": "service", "date_unixtime": "1600000001", "actor": "B", "actor_id": "channel9", "action": "create_channel"},
    {
        "id": 3, "date_unixtime": 1600000002, "forwarded_from": None, "reply_to_message_id": 1, "reply_to_peer_id": "channel4",
        "text": ["a\n", {"type": "link", "text": "https://x.example"}, {"type": "text_link", "text": "b", "href": "https://y.example/\"\u00e9"},
                 {"type": "mention_name", "text": "c", "user_id": 44}, "d\U0001f642"],
        "inline_bot_buttons": [[{"type": "url", "text": "x", "data": "https://z.example"}]],
    },
    {"id": 4, "date_unixtime": "1600000003", "forwarded_from": "C", "forwarded_from_id": "channel5", "photo": "photos/1.jpg",
     "photo_file_size": 5, "width": 3, "height": 4, "edited_unixtime": "1600000009", "views": 12, "text": ""},
    {"id": 5, "date_unixtime": "1600000004", "file": "(File not included. Change data exporting settings to download.)", "file_size": 2**40,
     "media_type": "video_file", "mime_type": "video/mp4", "duration_seconds": 7, "poll": {"question": "ka", "answers": [1.5e3, True]}},
]  # fmt: skip


def test_plain_messages_are_read_the_quick_way_and_say_the_same(tmp_path: Path) -> None:
    for indent in (None, 1):
        assert _both(json.dumps(MESSAGES, indent=indent)[1:-1].encode(), tmp_path, None)
        assert _both(json.dumps(MESSAGES, indent=indent, ensure_ascii=False)[1:-1].encode(), tmp_path, "UTC")
    assert sum(_both(array, tmp_path, "Europe/Paris") for array in _arrays()) >= 2


def test_damaged_messages_are_declined_or_say_the_same(tmp_path: Path) -> None:
    """Bytes changed, lost, doubled and swapped in 1,500 ways."""
    rng, quick = random.Random(7), 0
    sources = [json.dumps(MESSAGES, indent=1)[1:-1].encode(), json.dumps(MESSAGES)[1:-1].encode(), *_arrays()]
    for _ in range(1_500):
        data = bytearray(rng.choice(sources))
        for _ in range(rng.randint(1, 2)):
            at, size = rng.randrange(len(data)), rng.randint(1, 6)
            how = rng.randrange(4)
            if how == 0:
                data[at] = rng.choice(b'"\\{}[],:0123456789-.eEntu x\xff\xc3\n')
            elif how == 1:
                del data[at : at + size]
            elif how == 2:
                data[at:at] = data[at : at + size]
            else:
                other = rng.randrange(len(data))
                data[at : at + size] = data[other : other + size]
        quick += _both(bytes(data), tmp_path, rng.choice([None, "UTC"]))
    assert quick > 100


def test_the_quick_way_takes_no_number_that_a_decoder_refuses() -> None:
    """What msgspec takes for a whole number is the measure."""
    for text in (
        "0",
        "-0",
        "12",
        '"12"',
        '"-7"',
        '"007"',
        "1e2",
        "1.0",
        '"1.0"',
        "true",
        '"true"',
        "123456789012345678",
    ):
        found = spans(b'{"a":%s}' % text.encode())
        assert found is not None
        column = found.integers("a")
        if column is not None:
            assert column.to_pylist() == [msgspec.json.decode(text.encode(), type=int, strict=False)]


LEAVES = st.sampled_from(["VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN"])
NAMES = st.sampled_from(["a", "b", "c", "long name of a key", "C"])
SHAPES = st.recursive(
    LEAVES,
    lambda inner: inner.map(lambda one: [one]) | st.dictionaries(NAMES, inner, min_size=1, max_size=4),
    max_leaves=5,
)
NUMBERS = st.sampled_from([0, -0.0, 1.5, 1e22, 0.001, 100.0, 2**53 + 1, -(2**63), 2**64, 10**18 - 1, 0.1, -7])
TREES = st.recursive(
    st.none()
    | st.booleans()
    | NUMBERS
    | st.integers(-9, 9)
    | st.sampled_from(["1", "x", "", "1.5", "a/b", 'é\n"\\'])
    | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text("ab", max_size=2), inner, max_size=4),
    max_leaves=8,
)


@settings(deadline=None, max_examples=200)
@given(
    shape=st.dictionaries(NAMES, SHAPES, min_size=1, max_size=4),
    rows=st.lists(st.dictionaries(NAMES, TREES, max_size=4), min_size=1, max_size=4),
    layout=st.sampled_from([(None, (",", ":")), (1, None), (None, None)]),
    ascii_only=st.booleans(),
)
def test_trees_are_what_duckdb_makes_of_them(
    shape: dict[str, Any], rows: list[dict[str, Any]], layout: tuple[Any, Any], ascii_only: bool
) -> None:
    texts = [
        json.dumps(row, indent=layout[0], separators=layout[1], ensure_ascii=ascii_only).encode(
            "utf-8", "surrogatepass"
        )
        for row in rows
    ]
    edges = np.cumsum([0, *map(len, texts)])
    data = np.frombuffer(b"".join(texts) + bytes(16), np.uint8)
    made = objects_of(data, edges[:-1], edges[1:], shape)
    if made is None:
        return
    table = pa.table({"t": pa.array([text.decode() for text in texts])})
    with duckdb.connect() as connection:
        connection.register("block", table)
        found = connection.execute("SELECT json_transform(t, $s) AS j FROM block", {"s": json.dumps(shape)})
        expected = found.to_arrow_table()["j"].to_pylist()
    assert made.to_pylist() == expected


def test_plain_trees_are_not_declined() -> None:
    shape = {"a": "VARCHAR", "b": {"c": ["BIGINT"], "d": [{"e": "BOOLEAN"}]}, "f": "DOUBLE", "g": "VARCHAR"}
    row = b'{"a": "\\u00e9x", "b": {"c": [1, null, 3], "d": [{"e": true}, {}, null]}, "f": 0.25, "g": {"h": [1, "a\\/b"]}}'
    data = np.frombuffer(row + bytes(16), np.uint8)
    made = objects_of(data, np.array([0]), np.array([len(row)]), shape)
    assert made is not None
    assert made.to_pylist() == [
        {
            "a": "éx",
            "b": {"c": [1, None, 3], "d": [{"e": True}, {"e": None}, None]},
            "f": 0.25,
            "g": '{"h":[1,"a/b"]}',
        }
    ]


PATHS = st.lists(st.sampled_from(["a", "b", "c", "a.b", "b.c", "b.a.c", "long name of a key"]), min_size=1, unique=True)


@settings(deadline=None, max_examples=150)
@given(
    wanted=PATHS,
    rows=st.lists(st.dictionaries(NAMES, TREES, max_size=4), min_size=1, max_size=4),
    ends=st.sampled_from(["\n", "\r\n", "  \n", ""]),
    extra=st.sampled_from(["", "x", "}", "\n"]),
)
def test_paths_are_what_duckdb_finds_there(
    wanted: list[str], rows: list[dict[str, Any]], ends: str, extra: str
) -> None:
    texts = [f"{json.dumps(row, ensure_ascii=False)}{extra}{ends}".encode("utf-8", "surrogatepass") for row in rows]
    found = values_at(pa.array(texts, pa.binary()), tuple(wanted))
    if found is None:
        return
    assert not extra.strip()
    paths = ["$" + "".join(f'."{key}"' for key in name.split(".")) for name in wanted]
    with duckdb.connect() as connection:
        connection.register("block", pa.table({"t": pa.array([text.decode() for text in texts])}))
        told = connection.execute("SELECT json_extract_string(t, $p) FROM block", {"p": paths}).fetchall()
    assert [list(row) for row in found.rows()] == [row[0] for row in told]


def test_plain_paths_are_not_declined() -> None:
    found = values_at(pa.array([b'{"a": 1, "b": {"c": "x", "d": 2}}\n', b'{"b": null}\n'], pa.binary()), ("a", "b.c"))
    assert found is not None
    assert found.rows() == [("1", "x"), (None, None)]
