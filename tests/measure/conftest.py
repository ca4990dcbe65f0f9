"""Small hand-made worlds: rows in, a View out. Day 0 is the first day of the action day's window."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pyarrow as pa
import pytest

from actionday.records import Campaign, Event
from actionday.stores.archive.schemas import TABLES
from actionday.stores.archive.view import View

START = datetime(2019, 11, 21, tzinfo=UTC)


class World:
    """Rows by table. Days are float days from the start of the action day, which lasts four days."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.campaign = Campaign("day", START, START + timedelta(days=4, seconds=-1))

    def at(self, day: float) -> datetime:
        return START + timedelta(days=day)

    def posts(self, channel: str, days: Iterable[float], **more: object) -> None:
        for day in days:
            native = more.get("native", str(len(self.rows["posts"])))
            row = {"channel": channel, "native": native, "platform": channel.partition(":")[0], "at": self.at(day)}
            self.rows["posts"].append({"kind": "original", **row, **more})

    def looks(self, subject: str, days: Iterable[float], state: str = "present", **more: object) -> None:
        for day in days:
            row = {"subject": subject, "platform": subject.partition(":")[0], "at": self.at(day), "state": state}
            self.rows["sightings"].append({"basis": "probe", "vantage": "v", **row, **more})

    def add(self, table: str, when: float | None = None, /, **row: object) -> None:
        times = {name for name in ("at", "seen_at") if name in TABLES[table].schema.names}
        dated = {} if when is None else {name: self.at(when) for name in times}
        self.rows[table].append({**dated, **row})

    def link(self, channel: str, day: float, target: str, platform: str, **more: object) -> None:
        number = len(self.rows["links"])
        row: dict[str, Any] = {
            "channel": channel,
            "post": str(number),
            "platform": channel.partition(":")[0],
            "target": target,
        }
        row |= {"target_platform": platform, "kind": "invite", "own": True, "position": 0, "target_kind": "channel"}
        self.add("links", day, **{**row, **more})

    def coinciding(self, day: float, kind: str, title: str) -> None:
        c = self.campaign
        events = (*c.events, Event(self.at(day), kind, title))
        self.campaign = Campaign(c.name, c.start, c.end, events=events)

    def view(self, shuffle: int | None = None) -> View:
        tables = {}
        for name, rows in self.rows.items():
            order = list(rows)
            if shuffle is not None:
                Random(shuffle).shuffle(order)
            schema = TABLES[name].schema
            columns = dict.fromkeys(key for row in order for key in row)
            tables[name] = pa.table(
                {key: pa.array([row.get(key) for row in order], schema.field(key).type) for key in columns}
            )
        return View.of(tables)


@pytest.fixture
def world() -> World:
    return World()
