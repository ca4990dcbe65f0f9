"""A home with a channel, its posts and people at desks, for tests of casework. Harmless text only."""

import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from actionday.api import ActionDay, open_day
from actionday.playbook import LeadOrder, ReadingOrder, UnitOrder
from actionday.records import FixedClock
from actionday.records.reading import Opinion
from actionday.records.unit import UnitKind
from actionday.settings import load_settings
from actionday.stores.archive.archive import Archive, numbered
from actionday.stores.archive.home import HomePolicy, make_home, open_home
from actionday.stores.archive.schemas import TABLES

START = datetime(2026, 11, 25, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
CHANNEL = "telegram:channel:1000000001"
LEADS = "https://t.me/garden_club\nhttps://t.me/garden_club/2\nhttps://t.me/other_club\n@x\n"


@dataclass(frozen=True, slots=True)
class Desk:
    """A home, its clock, and whoever sits down at it (self-declared)."""

    home: Path
    clock: FixedClock

    def of(self, name: str) -> ActionDay:
        """The home as somebody works in it."""
        environment = {**os.environ, "ACTIONDAY_HOME": str(self.home), "ACTIONDAY_BY": name}
        return open_day(settings=load_settings(environment, self.home.parent), clock=self.clock)

    def add(self, text: str = LEADS, **more: Any) -> list[str]:  # noqa: ANN401
        """Cases opened for leads."""
        return [line["case"] for line in self.of("Ann").add_leads(LeadOrder(text, **more))["lines"] if line["case"]]

    def write(self, ingest: int, **tables: list[dict[str, object]]) -> None:
        """Add rows to the archive."""
        home = open_home(self.home)
        with home.writing():
            for name, rows in tables.items():
                payload = pa.Table.from_pylist(rows, schema=TABLES[name].payload)
                Archive(home).append(name, numbered(name, payload, ingest, 0))


def channel(title: str = "Garden club", at: datetime = START) -> dict[str, object]:
    return {
        "subject": CHANNEL,
        "platform": "telegram",
        "handle": "garden_club",
        "title": title,
        "members": 900,
        "seen_at": at,
    }


def post(number: int, text: str) -> dict[str, object]:
    return {"channel": CHANNEL, "native": str(number), "platform": "telegram", "kind": "original", "text": text,
            "at": START - timedelta(days=number)}  # fmt: skip


def desk_at(folder: Path, *, content: str = "text", size: int = 5, kind: UnitKind = UnitKind.REFERRAL_UNIT) -> Desk:
    """A home with a unit and a channel that was seen."""
    home = folder / "case.d"
    make_home(home, HomePolicy(content), START)
    made = Desk(home, FixedClock(START))
    made.of("Ann").set_up(UnitOrder(kind, "Unit of tests", "FR", "Art. 1 of an act", size))
    made.write(
        1, channels=[channel()], posts=[post(1, "we plant tulips"), post(2, "come and join the club"), post(3, "rain")]
    )
    return made


def holds(case: str, **more: Any) -> ReadingOrder:  # noqa: ANN401
    """A reading that finds a ground."""
    order = ReadingOrder(
        case,
        Opinion.GROUND_HOLDS,
        "the passage asks to join",
        "to recruit",
        ground="tco.2.7.c",
        quote="come and join the club",
    )
    return replace(order, **more)


def nothing(case: str) -> ReadingOrder:
    """A reading that finds none."""
    return ReadingOrder(case, Opinion.NO_GROUND, "it is about gardens", "gardening")


def found(desk: Desk, case: str, *names: str) -> dict[str, Any]:
    """Let people read a case and find a ground."""
    told: dict[str, Any] = {}
    for name in names or ("Ann", "Ben"):
        desk.of(name).open_case(case)
        told = desk.of(name).read_case(holds(case))
    return told
