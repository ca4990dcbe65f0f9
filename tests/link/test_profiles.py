"""What an archive tells of each subject, and that a return in it is proposed, with reasons."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from actionday.link.compare import compare
from actionday.link.evidence import place
from actionday.link.frame import frame
from actionday.link.profiles import Known, read_profiles
from actionday.link.tables import token_place
from actionday.stores.archive.schemas import TABLES
from actionday.stores.archive.view import View

DAY = datetime(2019, 11, 20, tzinfo=UTC)
OLD, NEW, OTHER = "telegram:channel:1", "telegram:channel:2", "telegram:channel:3"
ADMIN = "telegram:account:9"


def at(days: float) -> datetime:
    return DAY + timedelta(days=days)


def post(channel: str, native: int, days: float, **more: object) -> dict[str, Any]:
    row = {"channel": channel, "native": str(native), "platform": "telegram", "at": at(days), "kind": "original"}
    return row | more


ROWS: dict[str, list[dict[str, Any]]] = {
    "channels": [
        {"subject": OLD, "platform": "telegram", "handle": "karim_news", "title": "Karim Ana", "members": 100, "seen_at": at(-9)},
        {"subject": OLD, "platform": "telegram", "handle": "other", "title": "Karim Ana", "members": 150, "seen_at": at(-5)},
        {"subject": NEW, "platform": "telegram", "handle": "k4rim.news2", "title": "карим", "description": "la li lo", "seen_at": at(3)},
        {"subject": OTHER, "platform": "telegram", "title": "Tamo", "seen_at": at(3)},
    ],
    "posts": [
        *[post(OLD, n, -10 + n / 24, text_sha256=bytes([n]) * 32) for n in range(30)],
        *[post(NEW, n, 2 + n / 24, text_sha256=bytes([n + 20]) * 32) for n in range(30)],
        post(OTHER, 1, -3, kind="forward", forward_from="telegram:@source"),
        post(OLD, 99, -4, kind="forward", forward_from="telegram:@source"),
        post("telegram:channel:77", 1, -3, author=ADMIN),
    ],
    "media": [
        {"channel": OLD, "post": "1", "platform": "telegram", "sha256": b"m" * 32, "position": 0},
        {"channel": NEW, "post": "1", "platform": "telegram", "sha256": b"m" * 32, "position": 0},
    ],
    "links": [
        {"channel": OLD, "post": "2", "platform": "telegram", "at": at(-2), "own": True, "kind": "handle", "target": "telegram:@k4rim.news2", "position": 0},
        {"channel": OLD, "post": "3", "platform": "telegram", "own": True, "kind": "invite", "url": "https://t.me/joinchat/AAAA", "position": 0},
        {"channel": NEW, "post": "3", "platform": "telegram", "own": True, "kind": "invite", "url": "https://t.me/joinchat/AAAA", "position": 0},
        {"channel": NEW, "post": "4", "platform": "telegram", "own": False, "kind": "url", "url": "https://a.example/", "position": 0},
        {"channel": OLD, "post": "4", "platform": "telegram", "own": True, "kind": "url", "url": "https://a.example/", "position": 0},
    ],
    "memberships": [
        {"account": ADMIN, "channel": OLD, "platform": "telegram", "role": "admin"},
        {"account": ADMIN, "channel": NEW, "platform": "telegram", "role": "owner"},
    ],
    "moves": [{"subject": OLD, "target": OTHER, "platform": "telegram", "kind": "withdrawn", "at": at(0)}],
}  # fmt: skip
PEOPLE = pa.Table.from_pylist(
    [
        {"subject": NEW, "platform": "telegram", "kind": "channel", "begun_at": at(3), "last_at": at(3)},
        {
            "subject": OLD,
            "platform": "telegram",
            "begun_at": at(-9),
            "last_at": at(-5),
            "ended_at": at(0),
            "ending": "removed",
        },
        {"subject": OTHER, "platform": "telegram", "begun_at": at(-3)},
        {"subject": ADMIN, "platform": "telegram"},
    ],
    schema=pa.schema(
        [("subject", pa.string()), ("platform", pa.string()), ("kind", pa.string())]
        + [(name, pa.timestamp("us", tz="UTC")) for name in ("begun_at", "last_at", "ended_at")]
        + [("ending", pa.string())]
    ),
)


def view() -> View:
    made = {}
    for name, rows in ROWS.items():
        made[name] = pa.Table.from_pylist(rows, schema=TABLES[name].payload)
    return View.of(made)


def levels(known: Known, a: str, b: str) -> dict[str, int]:
    profiles = read_profiles(view(), known)
    rows = tuple(np.array([profiles.row_of(one)], np.int32) for one in (a, b))
    found = compare(frame(profiles), (rows[0], rows[1]))[0]
    return {
        name: int(found[place(name)])
        for name in (
            "handle",
            "display_name",
            "bio",
            "links",
            "invites",
            "media",
            "texts",
            "forwards",
            "admins",
            "announced",
            "hours",
            "gap",
        )
    }


def test_every_family_is_read() -> None:
    found = levels(Known(PEOPLE), OLD, NEW)
    assert found == {
        "handle": 4,  # of all handles it ever had
        "display_name": 3,
        "bio": -1,
        "links": -1,  # the new one's link stood in a forward
        "invites": 3,
        "media": 3,
        "texts": 4,
        "forwards": -1,
        "admins": 3,
        "announced": 2,
        "hours": 4,
        "gap": 4,
    }
    assert levels(Known(PEOPLE), OLD, OTHER)["forwards"] == 3
    assert levels(Known(PEOPLE), OLD, OTHER)["announced"] == 0  # what a list took back is no move


def test_subjects_have_their_times() -> None:
    profiles = read_profiles(view(), Known(PEOPLE, real_names=[OTHER]))
    rows = {row["subject"]: row for row in profiles.subjects.to_pylist()}
    assert list(rows) == sorted(rows)
    assert rows[NEW]["begun_at"] == at(2)  # its first post is older than its first sighting
    assert rows[NEW]["busy_at"] < at(2.5)
    assert rows[OLD]["followers"] == 150
    assert rows[OLD]["last_at"] == at(-4)
    assert (rows[OLD]["posts"], rows[ADMIN]["posts"]) == (31, 1)
    assert rows[OTHER]["hours"] is None
    assert rows[OTHER]["real_name"]
    assert rows[NEW]["script"] == "Cyrillic"


def test_near_duplicates_come_from_outside() -> None:
    alike = pa.table({"subject": [OTHER, "nobody"], "other": [NEW, OLD], "family": ["texts", "media"]})
    assert levels(Known(PEOPLE), OTHER, NEW)["texts"] == -1
    assert levels(Known(PEOPLE, alike), OTHER, NEW)["texts"] == 3


def test_an_empty_archive_has_profiles() -> None:
    assert len(read_profiles(View.of({}), Known(PEOPLE))) == 4
    assert len(read_profiles(View.of({}), Known(PEOPLE.slice(0, 0)))) == 0


def test_accounts_that_administer_one_venue_are_colleagues() -> None:
    people = pa.Table.from_pylist([{"subject": one, "platform": "telegram"} for one in (ADMIN, OLD)])
    profiles = read_profiles(view(), Known(people))
    holders = profiles.tokens.filter(pc.equal(profiles.tokens["family"], token_place("admins")))["subject"]
    assert profiles.row_of(OLD) in holders.to_pylist()
    assert profiles.row_of(ADMIN) not in holders.to_pylist()
