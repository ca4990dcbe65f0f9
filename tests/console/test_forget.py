"""`forget` end to end: no byte under the home names the subject, and importing the same files again keeps it out."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq

from actionday import playbook
from actionday.observe.orders import ImportOptions, ImportReport
from actionday.records import FixedClock, Silent
from actionday.settings import Settings, load_settings
from actionday.stores.archive.home import HomePolicy

CLOCK = FixedClock(datetime(2020, 1, 1, tzinfo=UTC))
NUMBER, HANDLE, NAME = 8877665544, "sunny_painter", "Sunny Painter"


def export(folder: Path, messages: list[dict[str, object]]) -> None:
    folder.mkdir(parents=True)
    chat = {"name": "Venue", "type": "public_supergroup", "id": 5, "messages": messages}
    (folder / "result.json").write_text(json.dumps(chat))


def message(number: int, author: int, name: str, text: str, **more: object) -> dict[str, object]:
    at = 1_574_000_000 + number
    wall = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    entities = [{"type": "plain", "text": text}]
    return {
        "id": number,
        "type": "message",
        "date": wall,
        "date_unixtime": str(at),
        "from": name,
        "from_id": f"user{author}",
        "text": text,
        "text_entities": entities,
        **more,
    }


def settings_of(tmp_path: Path) -> Settings:
    environment = {"ACTIONDAY_HOME": str(tmp_path / "case.d"), "ACTIONDAY_BY": "tester", "ACTIONDAY_PARSERS": "1"}
    return load_settings({**os.environ, **environment}, tmp_path)


def everything(folder: Path) -> bytes:
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            found.append(str(path).encode() + path.read_bytes())
            if path.suffix == ".parquet":
                found.append(repr(pq.read_table(path).to_pylist()).encode())
    return b"\0".join(found).lower()


def test_a_forgotten_subject_leaves_no_byte_and_stays_out(tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    first = [
        message(1, NUMBER, NAME, "la li lo le la li lo le ba be bi", forwarded_from="x"),
        message(2, 42, "Other", f"thanks @{HANDLE}, la li lo"),
        {
            "id": 3,
            "type": "service",
            "date": "2019-11-17T14:13:23",
            "date_unixtime": "1574000003",
            "actor": NAME,
            "actor_id": f"user{NUMBER}",
            "action": "create_group",
            "title": "Venue",
            "members": [NAME],
            "text": "",
            "text_entities": [],
        },
    ]
    export(exports / "a", first)
    (exports / f"{HANDLE}.csv").write_text(
        "subject,at,state,vantage\n"
        f"telegram:account:{NUMBER},2019-11-20T10:00:00Z,present,v1\n"
        "telegram:channel:5,2019-11-20T10:00:00Z,present,v1\n"
    )
    (exports / "profiles.csv").write_text(f"id,handle,name\n{NUMBER},{HANDLE},{NAME}\n")
    (exports / "profiles.csv.map.toml").write_text(
        'table = "accounts"\nplatform = "telegram"\n[columns]\nsubject = { from = "id", id = "account" }\nnative = "id"\nhandle = "handle"\ndisplay_name = "name"\nkind = { value = "admin" }\n'
    )
    settings = settings_of(tmp_path)

    def read() -> ImportReport:
        return playbook.import_exports(
            settings, [exports], ImportOptions(), HomePolicy("text", "host"), CLOCK, Silent()
        )

    report = read()
    assert report.rows["posts"] == 3
    home = settings.home
    for needle in (str(NUMBER), HANDLE, NAME.lower()):
        assert needle.encode() in everything(home), needle
    playbook.forget(settings, f"telegram:@{HANDLE}", "asked", CLOCK)
    for needle in (str(NUMBER), HANDLE, NAME.lower()):
        assert needle.encode() not in everything(home), needle

    # the same files again, and a new export that overlaps and names the subject in new posts
    export(
        exports / "b",
        [
            *first,
            message(4, NUMBER, NAME, "ta ti to"),
            message(5, 42, "Other", f"where is @{HANDLE}?"),
            message(6, 42, "Other", "ka ki ko"),
        ],
    )
    (exports / f"about_{HANDLE}_2.csv").write_text(f"subject,at,state\ntelegram:account:{NUMBER},never,present\n")
    again = read()
    assert again.suppressed > 0
    assert again.refused == 1, "the broken row, without the name in it"
    left = everything(home)
    for needle in (str(NUMBER), HANDLE, NAME.lower()):
        assert needle.encode() not in left, needle
    stats = playbook.stats(settings)
    assert stats["tables"]["posts"] == 3, "message 2, redacted, and the new ones of somebody else"
    assert stats["tables"]["erasures"] == 3, "the id, its pseudonym, its handle"
