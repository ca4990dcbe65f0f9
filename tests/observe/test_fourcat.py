from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from actionday.observe.platforms.fourcat.export import FourCat
from actionday.observe.reader import Part, Refused, Source

FORMAT = FourCat()


def read(tmp_path: Path, name: str, content: str, **more: Any) -> tuple[dict[str, list[dict[str, Any]]], list[Refused]]:  # noqa: ANN401
    path = tmp_path / name
    path.write_text(content, "utf-8")
    tables: dict[str, list[dict[str, Any]]] = {}
    refused: list[Refused] = []
    for chunk in FORMAT.read(Source(path, name, **more), Part()):
        refused += chunk.refused
        for table, rows in chunk.tables.items():
            tables.setdefault(table, []).extend(rows.to_pylist())
    return tables, refused


def given(row: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in row.items() if v is not None}


def example(name: str) -> str:
    return FORMAT.examples()[name].decode()


def test_telegram_csv(tmp_path: Path) -> None:
    seen = datetime(2020, 3, 1, tzinfo=UTC)
    tables, refused = read(tmp_path, "x.csv", example("4cat-telegram.csv"), seen_at=seen)
    assert refused == []
    first, second = tables["posts"]
    assert given(second) == {
        "channel": "telegram:channel:@loremgroup",
        "native": "2",
        "platform": "telegram",
        "author": "telegram:account:502",
        "at": datetime(2019, 11, 22, 10, 5, tzinfo=UTC),
        "kind": "forward",
        "forward_from": "telegram:channel:1311111111",
        "forward_name": "Elit channel",
        "reply_to": "1",
        "edited_at": datetime(2019, 11, 22, 10, 6, tzinfo=UTC),
        "views": 3,
        "text": "consectetur",
        "hrefs": ["https://lorem.example.org/a"],
    }
    assert (first["kind"], first["native"], first["text"]) == ("original", "1", "dolor sit, amet")
    assert [(a["subject"], a["kind"]) for a in tables["accounts"]] == [
        ("telegram:account:501", "user"),
        ("telegram:account:502", "bot"),
    ]
    assert [a["seen_at"] for a in tables["accounts"]] == [None, None], "a post does not show its author alive later"
    assert [c["handle"] for c in tables["channels"]] == ["loremgroup"]
    assert [(m["post"], m["kind"]) for m in tables["media"]] == [("2", "photo")]


def test_a_channels_own_posts_have_no_author_and_a_bare_forward_id_no_kind(tmp_path: Path) -> None:
    header = "id,thread_id,chat,author,author_username,body,timestamp,unix_timestamp,author_forwarded_from_name,"
    header += "author_forwarded_from_username,author_forwarded_from_id,attachment_type\n"
    rows = "Lorem-1,Lorem,Lorem,1322222222,lorem,x,,1574416800,,,,\n"
    rows += "Lorem-2,Lorem,Lorem,5,,x,,1574416800,Elit,elitchannel,,poll\n"
    rows += "Lorem-3,Lorem,Lorem,5,,x,2019-11-22 10:00:00,,,,99,\n"
    tables, refused = read(tmp_path, "x.csv", header + rows)
    own, named = tables["posts"]
    assert (own["author"], own["kind"]) == (None, "original")
    assert (named["forward_from"], named["kind"]) == ("telegram:@elitchannel", "forward")
    assert "media" not in tables
    assert "without zone" in refused[0].reason
    tables, refused = read(tmp_path, "x.csv", header + rows, zone="UTC")
    assert refused == []
    assert (tables["posts"][2]["forward_from"], tables["posts"][2]["kind"]) == (None, "forward")


def test_telegram_ndjson_knows_ids_and_handles(tmp_path: Path) -> None:
    own = '{"_type": "Message", "id": 8, "date": 1574416800.0, "message": "x", "_chat": {"id": 1322222222}, '
    own += (
        '"_sender": {"_type": "Channel", "id": 1322222222}}\n{"_type": "MessageService", "id": 9, "date": 1574416800, '
    )
    own += '"message": "", "_chat": {"id": 1322222222}, "action": {"_type": "MessageActionChatDeleteUser"}}\n'
    tables, refused = read(tmp_path, "x.ndjson", example("4cat-telegram.ndjson") + own)
    assert refused == []
    post, silent, service = tables["posts"]
    assert (post["channel"], post["author"]) == ("telegram:channel:1322222222", "telegram:account:501")
    assert (post["forward_from"], post["kind"]) == ("telegram:channel:1311111111", "forward")
    assert (silent["author"], silent["at"]) == (None, post["at"])
    assert service["kind"] == "service"
    assert given(tables["channels"][0]) == {
        "subject": "telegram:channel:1322222222",
        "platform": "telegram",
        "native": "1322222222",
        "handle": "Loremgroup",
        "title": "Lorem",
    }


def test_common_columns_need_a_platform(tmp_path: Path) -> None:
    tables, refused = read(tmp_path, "x.csv", example("4cat-common.csv"))
    assert (refused, tables["posts"][0]["author"]) == ([], "twitter:account:@lorem")
    bare = "id,thread_id,author,body,timestamp\n1,t,9,x,2019-11-22T10:00:00Z\n"
    tables, refused = read(tmp_path, "x.csv", bare)
    assert (tables, "declare it" in refused[0].reason) == ({}, True)
    tables, _ = read(tmp_path, "x.csv", bare, mapping={"platform": "vk"})
    assert tables["posts"][0]["author"] == "vk:account:9"


def test_recognised_by_its_header_only() -> None:
    for name, content in FORMAT.examples().items():
        assert FORMAT.recognise(content, name).certainty >= 60
    assert FORMAT.recognise(b"id,author,body,timestamp\n1,2,3,4\n", "x.csv").certainty == 0
    assert FORMAT.recognise(b'{"id": 1, "message": "x", "date": 1}\n', "x.ndjson").certainty == 0


@pytest.mark.parametrize("junk", [b"", b"\x00", b"id,thread_id\n", b'{"_type":', "id;ü\n1;ü".encode("latin-1")])
def test_junk_is_refused(tmp_path: Path, junk: bytes) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(junk)
    chunks = list(FORMAT.read(Source(path, "x.csv"), Part()))
    assert all(c.tables == {} for c in chunks)
    assert any(c.refused for c in chunks)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(example("4cat-telegram.csv"), "utf-8")
    (chunk,) = FORMAT.read(Source(path, "x.csv"), Part())
    (out,) = FORMAT.write(chunk.tables, tmp_path / "out")
    (back,) = FORMAT.read(Source(out, out.name), Part())
    assert back.refused == []
    assert {k: v.to_pylist() for k, v in back.tables.items()} == {k: v.to_pylist() for k, v in chunk.tables.items()}
    assert FORMAT.write({"posts": pa.table(chunk.tables["posts"]).slice(0, 0)}, tmp_path) == []
