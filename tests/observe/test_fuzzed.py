"""What fuzzing found once (`python -m benchmarks.fuzz`), each as its smallest file; and that fuzzing itself can be relied on."""

import gzip
import io
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from benchmarks.fuzzing.cases import Case, case, examples
from benchmarks.fuzzing.judge import Judge

from actionday.observe import conformance, pool, registry
from actionday.observe.pool import Pool
from actionday.observe.reader import Source
from actionday.observe.tabular.sniff import unique_names

CREATED = {
    "type": "m.room.create",
    "room_id": "!ba:du.example",
    "sender": "@ba:du.example",
    "state_key": "",
    "content": {},
}
ONE = {"origin_server_ts": 1, "event_id": "$1", **CREATED}


def _element(**broken: object) -> bytes:
    messages = [ONE, {**ONE, "event_id": "$2", "state_key": None, **broken}]
    return json.dumps({"room_name": "ba", "export_date": "", "exported_by": "", "messages": messages}).encode()


def _package(name: str, spoilt: bool) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        package.writestr(name, b"ba")
    return made.getvalue().replace(b"PK\x01\x02", b"PK\x01\x00") if spoilt else made.getvalue()


STREAMS = "https://www.w3.org/ns/activitystreams"
_TGDATASET = {"1000000001": {"text_messages": {"1": {"message": "ba", "date": 1574380800, "author": 10**400}}}}
WARC_INFO = b"WARC/1.1\r\nWARC-Type: warcinfo\r\nWARC-Date: 2019-11-22T10:00:00Z\r\nContent-Length: 2\r\n\r\nba\r\n\r\n"
FOUND: list[tuple[str, str, bytes, str]] = [
    ("sightings", "checks.csv", b"subject,at,state\rba\ntelegram:channel:1,2020-01-01T00:00:00Z,present\n", ""),
    ("table", "posts.jsonl", rb'{"id": "1", "tags": ["\ud800\ud800"]}' + b"\n", ""),
    ("element_export", "export.json", _element(type=["m.room.message"]), ""),
    ("element_export", "export.json", _element(type="m.room.message", room_id=["!ba:du.example"]), ""),
    ("twitter_v2", "users.json", b'{"data": [{"id": "1e308", "username": "ba", "name": "Ba"}]}', "no numeric id"),
    ("warc", "sites.warc.gz", gzip.compress(WARC_INFO), "no record in it"),
    ("warc", "sites.wacz", _package("archive/ba.warc", spoilt=False)[:60], "breaks off"),
    ("sightings", "checks.csv", b"subject,at,state\n", "no row"),
    ("warc", "sites.wacz", _package("ba.txt", spoilt=False), "without a WARC file"),
    ("warc", "sites.wacz", _package("archive/ba.warc", spoilt=True), "cannot be read"),
    ("tgdataset", "channels.json", json.dumps(_TGDATASET).encode(), ""),
    (
        "activitypub",
        "actor.json",
        json.dumps({"@context": STREAMS, "type": "Person", "name": "ba"}).encode(),
        "no post",
    ),
    ("announced", "announced.csv", b"date,count\n", "no daily count"),
]
"""Reader, file, what stands in it, a word of the refusal (empty: any)."""


@pytest.mark.parametrize(("name", "file", "data", "word"), FOUND, ids=[f"{one[0]}-{n}" for n, one in enumerate(FOUND)])
def test_what_was_found_is_refused_in_words(tmp_path: Path, name: str, file: str, data: bytes, word: str) -> None:
    reader, path = registry.readers()[name], tmp_path / file
    path.write_bytes(data)
    for other in registry.readers().values():
        assert other.recognise(data, file).certainty >= 0
    whole = conformance.check_chunks(reader, Source(path, file))
    assert whole.rows or whole.refused
    assert any(word in one.reason for one in whole.refused) or not word


@pytest.mark.parametrize(("name", "file"), [("twitter_compliance", "users.json"), ("gnusocial", "user_timeline.json")])
def test_a_complaint_that_cuts_a_letter_in_two_is_no_failure(tmp_path: Path, name: str, file: str) -> None:
    """The database quotes what it cannot parse, and cuts the quotation by bytes."""
    for count in range(120, 126):
        for lead in ("", "a", "aa"):
            broken = f'{{"id": "1", "reason": "{lead}{"€" * count}" "action"}}'
            (tmp_path / file).write_text(broken if name == "twitter_compliance" else f"[{broken}]", "utf-8")
            whole = conformance.read_whole(registry.readers()[name], Source(tmp_path / file, file))
            assert whole.refused


def test_a_header_that_repeats_one_cell_without_end_is_named_at_once() -> None:
    names = unique_names(["ba", "ba_3", "", *["ba"] * 60_000])
    assert names[:6] == ("ba", "ba_3", "column_3", "ba_2", "ba_4", "ba_5")
    assert len(set(names)) == 60_003


def test_a_case_is_the_same_whenever_it_is_asked_for() -> None:
    assert [case(5, n) for n in range(60)] == [case(5, n) for n in range(60)]
    assert case(5, 3) != case(6, 3)
    assert {case(5, n).reader for n in range(len(examples()))} == set(registry.readers())
    assert sum(one.data != examples()[one.reader][one.name] for one in (case(5, n) for n in range(200))) > 180


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    with Pool(dict(os.environ), size=1) as started:
        yield Judge(started, tmp_path_factory.mktemp("fuzz"))


def test_damaged_files_are_read_by_an_isolated_process(judge: Judge) -> None:
    for number in range(2 * len(examples())):
        one = case(11, number)
        verdict = judge.judge(one)
        assert not verdict.faults, (one.replay, verdict)
        assert verdict.rows or verdict.refused


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ([({"end": True, "error": "the parser failed"}, {})], "error"),
        ([({"refused": [{"position": "", "reason": "ba", "raw": ""}]}, {})], "unexplained"),
        ([], "unaccounted"),
    ],
)
def test_what_is_wrong_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: list[pool.Frame], kind: str
) -> None:
    def ask(_self: Pool, request: dict[str, object]) -> Iterator[pool.Frame]:
        yield from [({"part": {}}, {})] if request["do"] == "parts" else answer if request["do"] == "read" else []

    monkeypatch.setattr(Pool, "ask", ask)
    with Pool(dict(os.environ), size=1) as started:
        verdict = Judge(started, tmp_path).judge(Case(1, 1, "announced", "announced.csv", b"ba"))
    assert [fault for fault, _ in verdict.faults] == [kind]


def test_a_process_that_dies_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(
        self: Pool, request: dict[str, object], usual: Callable[..., Iterator[pool.Frame]] = Pool.ask
    ) -> Iterator[pool.Frame]:
        if request["do"] == "read":
            self._all[0].process.kill()
        yield from usual(self, request)

    monkeypatch.setattr(Pool, "ask", ask)
    with Pool(dict(os.environ), size=1) as started:
        verdict = Judge(started, tmp_path).judge(Case(1, 1, "announced", "announced.csv", b"ba"))
    assert [fault for fault, _ in verdict.faults] == ["stopped"]
