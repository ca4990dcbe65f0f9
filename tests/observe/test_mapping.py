import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actionday.observe.mapping import FEEDABLE, apply_mapping, guess_mapping, mapping_toml, parse_mapping, rules
from actionday.observe.reader import Refused, staged_schema
from actionday.records import InputError

POSTS: dict[str, Any] = {
    "table": "posts",
    "platform": "mewe",
    "columns": {"channel": {"from": "g", "id": "channel"}, "native": "i", "at": "t"},
}


def rows_of(mapping: dict[str, Any], **columns: list[Any]) -> tuple[list[dict[str, Any]], list[Refused]]:
    frame = pl.DataFrame(columns)
    (section,) = parse_mapping(mapping)
    table, refused = apply_mapping(frame, pl.Series(range(1, frame.height + 1)), section)
    assert table.schema.equals(staged_schema(section.table))
    return table.to_pylist(), refused


def test_a_row_becomes_a_post() -> None:
    made, refused = rows_of(POSTS, g=["77"], i=["1"], t=["2019-11-22T11:00:00+01:00"])
    assert refused == []
    assert made[0] | {"at": None} == dict.fromkeys(staged_schema("posts").names) | {
        "channel": "mewe:channel:77",
        "native": "1",
        "platform": "mewe",
        "at_offset": 60,
        "kind": "original",
        "text": "",
    }
    assert made[0]["at"] == datetime(2019, 11, 22, 10, tzinfo=UTC)


def test_bad_rows_are_refused_with_column_and_reason_and_neighbours_stay() -> None:
    made, refused = rows_of(
        POSTS, g=["77", "77", "", "78"], i=["1", "2", "3", None], t=["1574416800", "x", "1574416800", "1574416800"]
    )
    assert [m["native"] for m in made] == ["1"]
    assert [(r.position, r.reason.split(":")[0]) for r in refused] == [
        ("row 2", "posts.at"),
        ("row 3", "posts.channel"),
        ("row 4", "posts.native"),
    ]
    assert '"t": "x"' in refused[0].raw


def test_steps_of_a_rule() -> None:
    columns = POSTS["columns"] | {
        "author": {"from": ["uid", "alt"], "id": "account", "strip": "@ "},
        "kind": {"from": "k", "values": {"RT": "forward"}, "otherwise": "original"},
        "forward_from": {"from": "src", "reference": True},
        "text": {"template": "{a} - {b}"},
        "language": {"from": "lang", "lower": True, "default": "und"},
        "reply_to": {"from": "re", "pattern": "^(.+)/(.+)$", "replace": "${2}-${1}"},
        "hrefs": {"from": "h", "split": "json"},
        "views": "v",
    }
    made, refused = rows_of(
        POSTS | {"columns": columns},
        g=["1", "2"], i=["1", "2"], t=["1574416800", "1574416800"], uid=["", "@u"], alt=["x", "y"], k=["RT", "?"],
        src=["@Lorem", None], a=["p", "q"], b=["r", ""], lang=["AR", ""], re=["a/b", "a"], h=['["u v", "w"]', ""], v=["١٢", "3.0"],
    )  # fmt: skip
    assert refused == []
    pick = ("author", "kind", "forward_from", "text", "language", "reply_to", "hrefs", "views")
    assert [made[0][p] for p in pick] == [
        "mewe:account:x", "forward", "mewe:@lorem", "p - r", "ar", "b-a", ["u v", "w"], 12,
    ]  # fmt: skip
    assert [made[1][p] for p in pick] == ["mewe:account:u", "original", None, "", "und", None, None, 3]


def test_ids_keep_their_digits_or_are_refused() -> None:
    made, refused = rows_of(POSTS, g=[77.0, 2.0**53 * 4], i=[1, 2], t=[1574416800, 1574416800])
    assert [m["channel"] for m in made] == ["mewe:channel:77"]
    assert "lost digits" in refused[0].reason


def test_a_handle_stands_in_for_an_unknown_id() -> None:
    mapping = {
        "table": "accounts",
        "platform": "twitter",
        "columns": {"subject": {"from": "id", "handle": "name", "id": "account"}, "handle": "name"},
    }
    made, _ = rows_of(mapping, id=["5", ""], name=["Lorem", "@Ipsum"])
    assert [(m["subject"], m["native"]) for m in made] == [
        ("twitter:account:5", "5"),
        ("twitter:account:@ipsum", "@ipsum"),
    ]


def test_where_and_needs_choose_rows_in_silence() -> None:
    made, refused = rows_of(
        POSTS | {"where": {"type": ["m", "n"]}, "needs": ["body"]},
        g=["1"] * 4, i=["1", "2", "3", "4"], t=["1574416800"] * 4, type=["m", "n", "x", "m"], body=["b", "b", "b", " "],
    )  # fmt: skip
    assert ([m["native"] for m in made], refused) == (["1", "2"], [])


def test_words_that_the_archive_fixes() -> None:
    mapping = {"table": "sightings", "columns": {"subject": "s", "at": "t", "state": "w"}}
    made, refused = rows_of(
        mapping, s=["xmpp:account:a@b", "xmpp:account:a@b", "a@b"], t=["1574416800"] * 3, w=["Present", "up", "present"]
    )
    assert [(m["state"], m["platform"], m["basis"]) for m in made] == [("present", "xmpp", "export")]
    assert "not one of present" in refused[0].reason
    assert "no typed id" in refused[1].reason


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"table": "ingests"}, "`table` is 'ingests'"),
        ({"columns": {"native": "i"}}, "needs 'channel'"),
        ({"columns": POSTS["columns"] | {"colour": "c"}}, "no column 'colour'"),
        ({"columns": POSTS["columns"] | {"text": {"frm": "c"}}}, "unknown key 'frm'"),
        ({"columns": POSTS["columns"] | {"at": {"from": "t", "format": "%H"}}}, "full day"),
        ({"columns": POSTS["columns"] | {"at": {"from": "t", "unit": "h"}}}, "`unit`"),
        ({"columns": POSTS["columns"] | {"text": {"from": "c", "pattern": "x"}}}, "needs a group"),
        ({"columns": POSTS["columns"] | {"text": {"from": "c", "pattern": "(?=x)(y)"}}}, "look around"),
        ({"columns": POSTS["columns"] | {"channel": {"value": "", "id": "channel"}}}, "fill it in"),
        ({"platform": ""}, "`platform` is missing"),
        ({"zone": "Mars/Base"}, "no IANA time zone"),
        ({"colour": 1}, "unknown key 'colour'"),
        ({"rows": []}, "list of sections"),
    ],
)
def test_faults_of_a_mapping_name_key_and_fix(change: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says.replace("(", r"\(")):
        parse_mapping(POSTS | change, "m.toml")


def test_a_proposal_is_toml_and_is_refused_until_its_gaps_are_filled() -> None:
    guess = guess_mapping(("id", "date", "user", "body"), {"date": ["22/11/2019 10:00"], "body": ["lorem"]})
    raw = tomllib.loads(mapping_toml(guess))
    assert raw["columns"]["text"] == "body"
    assert [g.split(":")[0] for g in guess.gaps] == ["date", "platform", "channel"]
    with pytest.raises(InputError):
        parse_mapping(raw)
    raw["platform"] = "mewe"
    raw["columns"] |= {"channel": {"value": "1", "id": "channel"}, "at": {"from": "date", "format": "%d/%m/%Y %H:%M"}}
    assert parse_mapping(raw)[0].table == "posts"


def test_a_proposal_without_gaps_reads_the_sample() -> None:
    sample: dict[str, list[object]] = {
        "message_id": ["1"], "channel_id": ["9"], "created_at": ["2019-11-22T10:00:00Z"], "text": ["https://t.me/lorem"],
    }  # fmt: skip
    guess = guess_mapping(tuple(sample), sample)
    assert guess.gaps == ()
    made, refused = rows_of(tomllib.loads(mapping_toml(guess)), **{k: [str(v[0])] for k, v in sample.items()})
    assert (made[0]["channel"], refused) == ("telegram:channel:9", [])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            *[st.one_of(st.none(), st.text(max_size=12)) for _ in range(3)], st.sampled_from(["1574416800", "", "x"])
        ),
        min_size=1,
        max_size=12,
    )
)
def test_every_row_is_either_made_or_refused_and_nothing_raises(cells: list[tuple[str | None, ...]]) -> None:
    columns = POSTS["columns"] | {"views": "v"}
    g, i, v, t = (list(c) for c in zip(*cells, strict=True))
    made, refused = rows_of(POSTS | {"columns": columns}, g=g, i=i, v=v, t=t)
    assert len(made) + len(refused) == len(cells)
    assert len({r.position for r in refused}) == len(refused)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=12), min_size=1, max_size=8, unique=True))
def test_any_column_names_make_loadable_toml(names: list[str]) -> None:
    guess = guess_mapping(names, {name: ["x"] for name in names})
    raw = tomllib.loads(mapping_toml(guess))
    assert raw["table"] in {"posts", "accounts", "sightings"}
    assert set(raw["columns"]) == set(guess.mapping["columns"])


def test_the_guide_names_every_key_and_its_examples_parse() -> None:
    guide = (Path(__file__).resolve().parents[2] / "docs" / "guide" / "mapping.md").read_text("utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", guide, re.DOTALL)
    assert [len(parse_mapping(tomllib.loads(b))) for b in blocks] == [1, 2]
    for key in rules._RULE_KEYS | rules._ROW_KEYS:
        assert f"| `{key}` |" in guide
    assert all(table in guide for table in FEEDABLE)
