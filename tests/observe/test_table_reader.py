import gzip
import json
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actionday.observe.platforms.table.export import Table
from actionday.observe.reader import Chunk, Part, Refused, Source, staged_schema
from actionday.observe.tabular import delimited, jsonrows, layout_of, sniff, stream

MAPPING: dict[str, Any] = {
    "table": "posts",
    "platform": "mewe",
    "columns": {"channel": {"from": "g", "id": "channel"}, "native": "i", "at": "t", "text": "b"},
}


def read(path: Path, mapping: dict[str, Any] | None = None) -> tuple[pl.DataFrame, list[Refused]]:
    source = Source(path, path.name, mapping=MAPPING if mapping is None else mapping)
    chunks: Iterable[Chunk] = [c for part in Table().parts(source) for c in Table().read(source, part)]
    tables = [c.tables["posts"] for c in chunks if "posts" in c.tables]
    made = pa.concat_tables(tables) if tables else staged_schema("posts").empty_table()
    return pl.DataFrame(made), [r for c in chunks for r in c.refused]


def write(tmp_path: Path, name: str, content: str | bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "g,i,t,b\n7,1,1574416800,lorem\n"),
        ("a.csv", "\ufeffg,i,t,b\n7,1,1574416800,lorem\n"),
        ("a.csv", "g;i;t;b\r\n7;1;1574416800;lorem\r\n"),
        ("a.csv", '"g"|"i"|"t"|"b"\n"7"|"1"|"1574416800"|"lorem"'),
        ("a.tsv", "g\ti\tt\tb\n7\t1\t1574416800\tlorem\n"),
        ("a.csv", "g,i,t,b\n7,1,1574416800,lorem\n".encode("utf-16")),
        ("a.jsonl", '{"g": 7, "i": 1, "t": 1574416800, "b": "lorem"}\n\n'),
        ("a.ndjson", '{"g": 7, "i": "1", "t": "1574416800", "b": "lorem", "x": {"y": [1]}}'),
        ("a.jsonl", '{"g": 7, "i": 1, "t": 1574416800, "b": "lorem"}\n'.encode("utf-16")),
        ("a.json", '[\n {"g": 7, "i": 1, "t": 1574416800, "b": "lorem"}\n]\n'),
    ],
)
def test_shapes_and_encodings(tmp_path: Path, name: str, content: str | bytes) -> None:
    made, refused = read(write(tmp_path, name, content))
    assert refused == []
    assert made.select("channel", "native", "text").rows() == [("mewe:channel:7", "1", "lorem")]


def test_latin_1_is_refused_with_the_fix(tmp_path: Path) -> None:
    made, refused = read(write(tmp_path, "a.csv", "g,i,t,b\n7,1,1574416800,Müller\n".encode("latin-1")))
    assert made.height == 0
    assert "iconv" in refused[0].reason


def test_broken_rows_are_told_by_number_and_neighbours_kept(tmp_path: Path) -> None:
    text = 'g,i,t,b\n7,1,1574416800,a\n7,2\n7,3,1574416800,"two\nlines"\n7,4,1574416800,x,y\n7,5,never,b\n7,6,1574416800,c\n'
    made, refused = read(write(tmp_path, "a.csv", text))
    assert made["native"].to_list() == ["1", "3", "6"]
    assert made["text"].to_list() == ["a", "two\nlines", "c"]
    assert [(r.position, r.raw[:6]) for r in refused] == [("row 2", "7,2"), ("row 4", "7,4,15"), ("row 5", '{"g": ')]
    assert "2 cells where the header has 4" in refused[0].reason


def test_a_byte_that_is_not_utf8_costs_its_row_only(tmp_path: Path) -> None:
    rows = "".join(f"7,{n},1574416800,lorem\n" for n in range(9000)).encode()
    made, refused = read(write(tmp_path, "a.csv", b"g,i,t,b\n" + rows + b"7,x,1574416800,\xff\n7,y,1574416800,z\n"))
    assert (made.height, [r.position for r in refused]) == (9001, ["row 9001"])
    lines = b'{"g":1,"i":1,"t":1574416800,"b":"ok"}\n' * 2000
    bad = b'{"g":1,"i":2,"t":1574416800,"b":"\xff"}\n{"g":1,"i":3,"t":1574416800,"b":"ok"}\n'
    made, refused = read(write(tmp_path, "a.jsonl", lines + bad))
    assert (made.height, [(r.position, r.reason) for r in refused]) == (2001, [("row 2001", "not UTF-8")])


def test_an_open_quote_that_swallows_the_rest_is_told(tmp_path: Path) -> None:
    head = "".join(f"7,{n},1574416800,lorem\n" for n in range(20))
    made, refused = read(write(tmp_path, "a.csv", "g,i,t,b\n" + head + '7,20,1574416800,"open\n' + head))
    assert made.height == 20
    assert [r.position for r in refused] == ["row 21"]
    assert "never closed: the 20 lines after it" in refused[0].reason
    made, refused = read(write(tmp_path, "a.csv", "g,i,t,b\n" + head + '7,20,"1574416800,open\n' + head))
    assert made.height == 20
    assert "a quote may be open" in refused[0].reason
    made, refused = read(write(tmp_path, "a.csv", "g,i,t,b\n" + head + '7,20,1574416800,"two\nlines"\n'))
    assert (made.height, refused) == (21, [])


def test_json_lines_that_are_no_objects(tmp_path: Path) -> None:
    text = '{"g":1,"i":1,"t":1574416800}\n[1]\n{"g":\n{"g":1,"i":12345678901234567890,"t":1574416800}\n'
    made, refused = read(write(tmp_path, "a.jsonl", text))
    assert made["native"].to_list() == ["1", "12345678901234567890"]
    assert [(r.position, r.reason, r.raw) for r in refused] == [
        ("row 2", "not a JSON object", "[1]\n"),
        ("row 3", "not a JSON object", '{"g":\n'),
    ]


def test_an_array_that_breaks_off_gives_what_stood_before(tmp_path: Path) -> None:
    item = '{"g":1,"i":%d,"t":1574416800,"b":"a, ] } \\" \\\\"}'
    text = "[" + ",\n".join(item % n for n in range(30)) + ',{"g": 1, "i"'
    made, refused = read(write(tmp_path, "a.json", text))
    assert made.height == 30
    assert made["text"][0] == 'a, ] } " \\'
    assert [(r.position, r.reason) for r in refused] == [("after row 30", "the file breaks off inside an object")]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda c: st.lists(c, max_size=3) | st.dictionaries(st.text(max_size=4), c, max_size=3), max_leaves=6
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.fixed_dictionaries({"b": json_values}), max_size=12), st.integers(1, 60), st.sampled_from([None, 2]))
def test_cutting_an_array_at_any_block_size_finds_the_same_objects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, items: list[dict[str, Any]], block: int, indent: int | None
) -> None:
    path = write(tmp_path, "a.json", json.dumps(items, ensure_ascii=False, indent=indent))
    monkeypatch.setattr(jsonrows, "BLOCK", block)
    layout = layout_of(path, path.name)
    assert layout is not None
    batches = list(stream(path, layout, ("b",)))
    assert [r for b in batches for r in b.refused] == []
    got = [v for b in batches for v in (b.frame["b"] if b.frame.width else [])]
    assert len(got) == len(items)
    for text, item in zip(got, items, strict=True):
        want = item["b"]
        assert text == want if isinstance(want, str) else (None if text is None else json.loads(text)) == want


def test_parquet_keeps_its_types_and_nested_columns(tmp_path: Path) -> None:
    table = pa.table(
        {
            "g": [{"id": 9007199254740993}],
            "i": pa.array([1], pa.int32()),
            "t": pa.array([1574416800_000000], pa.timestamp("us")),
            "b": pa.array(["lorem"]).dictionary_encode(),
            "l": [["https://a.example.org", "b c"]],
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    columns = MAPPING["columns"] | {"channel": {"from": "g.id", "id": "channel"}, "hrefs": "l"}
    made, refused = read(tmp_path / "a.parquet", MAPPING | {"zone": "UTC", "columns": columns})
    assert refused == []
    assert made["channel"][0] == "mewe:channel:9007199254740993"
    assert made["hrefs"][0].to_list() == ["https://a.example.org", "b c"]
    cut = (tmp_path / "a.parquet").read_bytes()[:-20]
    made, refused = read(write(tmp_path, "b.parquet", cut))
    assert (made.height, refused[0].position) == (0, "file")


def test_without_a_mapping_the_refusal_is_a_proposal_to_save(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "message_id,chat_id,date,text\n1,9,2019-11-22T10:00:00Z,lorem\n")
    source = Source(path, path.name)
    (chunk,) = Table().read(source, Part())
    assert chunk.tables == {}
    assert "a.csv.map.toml" in chunk.refused[0].reason
    assert tomllib.loads(chunk.refused[0].raw)["columns"]["native"] == "message_id"


def test_a_mapping_that_does_not_fit_is_one_refusal(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "x,y\n1,2\n")
    assert "lacks: g, i, t, b" in read(path)[1][0].reason
    assert "unknown key" in read(path, {"tabel": "posts"})[1][0].reason


def test_several_sections_feed_several_tables(tmp_path: Path) -> None:
    path = write(
        tmp_path, "a.csv", "g,i,t,b,who\n7,1,1574416800,lorem,u1\n7,2,1574416800,ipsum,\n7,3,1574416800,x,u1\n"
    )
    account = {"table": "accounts", "needs": ["who"], "columns": {"subject": {"from": "who", "id": "account"}}}
    mapping = {"platform": "mewe", "rows": [{"table": "posts", "columns": MAPPING["columns"]}, account]}
    source = Source(path, path.name, mapping=mapping)
    (chunk,) = Table().read(source, Part())
    assert chunk.tables["posts"].num_rows == 3
    assert chunk.tables["accounts"]["subject"].to_pylist() == ["mewe:account:u1"]


@pytest.mark.parametrize(
    "junk", [b"", b"\x00\x01\x02", b"PAR1", b"{", b"[", b"[1]", b'{"a":' * 5000, b"\xff\xfe", b'"', b"a\n"]
)
@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.jsonl", "a.parquet"])
def test_junk_never_raises(tmp_path: Path, junk: bytes, name: str) -> None:
    assert Table().recognise(junk, name).certainty <= 30
    made, refused = read(write(tmp_path, name, junk))
    assert made.height == 0
    assert refused


@pytest.mark.parametrize("style", ["csv", "tsv", "jsonl", "json", "parquet"])
def test_what_is_written_is_read_back(tmp_path: Path, style: str) -> None:
    rng = np.random.default_rng(7)
    n = 300
    posts = {
        "channel": ["telegram:channel:1311111111"] * n,
        "native": [str(i) for i in range(n)],
        "platform": ["telegram"] * n,
        "author": [None, "telegram:account:5"] * (n // 2),
        "at": rng.integers(1_500_000_000_000_000, 1_600_000_000_000_000, n),
        "at_offset": [None, 0, 60, -210] * (n // 4),
        "kind": ["original", "forward"] * (n // 2),
        "views": [None, 3] * (n // 2),
        "text": ['lorem, "ipsum"\n; dolor', "", "مرحبا\tsit"] * (n // 3),
        "hrefs": [None, [], ['https://a.example.org/"x', "b c"]] * (n // 3),
    }
    schema = staged_schema("posts")
    table = pa.table(
        [pa.array(posts[f.name], f.type) if f.name in posts else pa.nulls(n, f.type) for f in schema], schema=schema
    )
    data, beside = Table(style=style).write({"posts": table, "fingerprints": table}, tmp_path / "out")
    source = Source(data, data.name, mapping=tomllib.loads(beside.read_text("utf-8")))
    chunks = list(Table().read(source, Part()))
    assert [r for c in chunks for r in c.refused] == []
    assert pa.concat_tables([c.tables["posts"] for c in chunks]).equals(table)


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_reading_is_the_same_at_any_block_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    rows = [{"g": "7", "i": str(n), "t": "1574416800", "b": f'lorem "{n}",\nipsum'} for n in range(3000)]
    if name == "a.csv":
        frame = pl.DataFrame(rows)
        text = frame.write_csv() + "7,broken\n" + frame.write_csv(include_header=False)
    else:
        text = "".join(json.dumps(r) + "\n" for r in rows) + "{broken\n" + "".join(json.dumps(r) + "\n" for r in rows)
    path = write(tmp_path, name, text)
    large = read(path)
    monkeypatch.setattr(delimited, "BLOCK", 4096)
    monkeypatch.setattr(jsonrows, "BLOCK", 4096)
    small = read(path)
    assert small[0].equals(large[0])
    assert small[1] == large[1]
    assert small[0].height == 6000
    assert [r.position for r in small[1]] == ["row 3001"]


def test_delimiters_and_names_are_sniffed() -> None:
    layout = sniff(b'"a,b";c;;c\n1;2;3;4\n', "x.csv")
    assert layout is not None
    assert (layout.delimiter, layout.columns) == (";", ("a,b", "c", "column_3", "c_2"))
    assert sniff(gzip.compress(b"a,b\n1,2\n"), "x.csv.gz") is None
