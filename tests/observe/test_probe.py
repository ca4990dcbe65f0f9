"""Looking, end to end over a real home and a loopback server: planned, due, looked at once a slot, confirmed, resumed, patient."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.observe.knocking import Knock, settings
from tests.wire.served import Asked, Said, Served, serving

from actionday import playbook
from actionday.observe.due import due, next_due
from actionday.playbook.planning import PlanOrder
from actionday.playbook.reaching import Means
from actionday.records import Campaign, Evidence, FixedClock, HomeLocked, Silent, UsageError
from actionday.records.targets import Targets, load_targets
from actionday.settings import Settings
from actionday.stores.archive.archive import Archive, numbered
from actionday.stores.archive.home import HomePolicy, make_home, open_home
from actionday.stores.archive.schemas import TABLES
from actionday.wire import Limits

NOW = datetime(2020, 1, 10, 12, tzinfo=UTC)
DAY = Campaign("test day", NOW - timedelta(days=1), NOW + timedelta(days=1))


class World:
    """A home with websites in it, a server that answers for them, a clock."""

    def __init__(self, home: Path, sites: int = 3) -> None:
        self.home, self.clock = home, FixedClock(NOW)
        self.status: defaultdict[str, int] = defaultdict(lambda: 200)
        self.headers: dict[str, str] = {}
        opened = make_home(home, HomePolicy(), NOW)
        rows = [
            {
                "subject": f"website:channel:s{n}.example",
                "platform": "website",
                "native": f"s{n}.example",
                "seen_at": NOW,
            }
            for n in range(sites)
        ]
        payload = pa.Table.from_pylist(rows, schema=TABLES["channels"].payload)
        Archive(opened).append("channels", numbered("channels", payload, 1, 0))

    def answer(self, asked: Asked) -> Said:
        return Said(self.status[asked.path.strip("/")], b"", self.headers)

    def means(self, url: str) -> Means:
        return Means(self.clock, Silent(), self.sleep, Limits(apart=0.0), {"knock": Knock((url,))})

    async def sleep(self, seconds: float) -> None:
        self.clock.move_to(self.clock.now() + timedelta(seconds=seconds))
        await asyncio.sleep(0)

    def probe(self, url: str, *subjects: str, plan: bool = False, contact: str | None = None) -> dict[str, Any]:
        order = PlanOrder(DAY, Targets(), contact) if plan else None
        return playbook.probe(settings(self.home), subjects, order, self.means(url))

    def rows(self, table: str) -> list[dict[str, Any]]:
        view = Archive(open_home(self.home)).view()
        return view.arrow(view.table(table).order_by("row")).to_pylist()


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "home")


@pytest.fixture
def served(world: World) -> Iterator[Served]:
    with serving(world.answer) as server:
        yield server


def test_looking_is_off_until_a_platform_is_named(world: World, served: Served) -> None:
    shut = Settings(home=world.home, by="tester")
    with pytest.raises(UsageError, match="reach"):
        playbook.probe(shut, (), None, world.means(served.url))
    elsewhere = Settings(home=world.home, by="tester", reach=("telegram",))
    report = playbook.probe(elsewhere, ("website:channel:s1.example",), None, world.means(served.url))
    assert report["looked"] == 0
    assert report["left"] == {"website: no prober, or not in the setting `reach`": 1}
    assert served.asked == []


def test_a_campaign_is_planned_once_and_each_slot_looked_at_once(world: World, served: Served) -> None:
    assert world.probe(served.url, plan=True) == {
        "looked": 3, "states": {"present": 3}, "resting": {}, "left": {}, "failed": 0, "planned": 3
    }  # fmt: skip
    assert world.probe(served.url, plan=True)["planned"] == 0
    assert world.probe(served.url)["looked"] == 0
    world.clock.move_to(NOW + timedelta(hours=6))
    assert world.probe(served.url)["looked"] == 3
    slots = Counter((row["subject"], row["slot"]) for row in world.rows("sightings"))
    assert len(slots) == 6
    assert set(slots.values()) == {1}
    row = world.rows("sightings")[0]
    evidence = Evidence.from_json(row["evidence"])
    assert (row["basis"], row["rule"], row["vantage"], row["confidence"]) == ("probe", "knock.200", "test", 0.99)
    assert evidence.exchanges[0].code == "200"
    assert len(world.rows("probe_plan")) == 3


def test_a_decision_to_contact_is_recorded_and_the_newest_plan_holds(world: World, served: Served) -> None:
    world.probe(served.url, plan=True)
    world.clock.move_to(NOW + timedelta(hours=1))
    assert world.probe(served.url, plan=True, contact="hosters agreed, ref 7")["planned"] == 3
    newest = world.rows("probe_plan")[-1]
    assert (newest["contact"], newest["decided_by"], newest["reason"]) == (True, "tester", "hosters agreed, ref 7")
    view = Archive(open_home(world.home)).view()
    again = due(view, NOW + timedelta(hours=7), "test")
    assert again["contact"].to_pylist() == [True] * 3
    world.clock.move_to(NOW + timedelta(hours=2))
    assert world.probe(served.url, plan=True)["planned"] == 3, "planning without it takes the decision back"
    assert world.probe(served.url, plan=True)["planned"] == 0
    view = Archive(open_home(world.home)).view()
    assert due(view, NOW + timedelta(hours=9), "test")["contact"].to_pylist() == [None] * 3


def test_a_miss_is_confirmed_by_spaced_looks_and_then_left_to_the_schedule(world: World, served: Served) -> None:
    world.status["s1.example"] = 410
    world.probe(served.url, plan=True)
    view = Archive(open_home(world.home)).view()
    assert next_due(view, NOW, "test") == NOW + timedelta(minutes=3)
    world.clock.move_to(NOW + timedelta(minutes=2))
    assert world.probe(served.url)["looked"] == 0
    world.clock.move_to(NOW + timedelta(minutes=4))
    assert world.probe(served.url)["states"] == {"closed_unknown_actor": 1}
    world.clock.move_to(NOW + timedelta(hours=3, minutes=5))
    assert world.probe(served.url)["looked"] == 1
    world.clock.move_to(NOW + timedelta(hours=5))
    assert world.probe(served.url)["looked"] == 0
    misses = [row for row in world.rows("sightings") if row["state"] == "closed_unknown_actor"]
    assert [row["slot"] for row in misses] == [
        NOW,
        NOW + timedelta(minutes=3),
        NOW + timedelta(hours=3, minutes=4),
    ]
    world.status["s1.example"] = 200  # back again: the row of misses is broken
    world.clock.move_to(NOW + timedelta(hours=6))
    assert world.probe(served.url)["states"] == {"present": 3}
    assert next_due(Archive(open_home(world.home)).view(), world.clock.now(), "test") == NOW + timedelta(hours=12)


def test_what_was_found_once_is_told_to_later_looks_though_some_missed_it(world: World, served: Served) -> None:
    world.probe(served.url, plan=True)
    world.status["s1.example"] = 410
    for hours in (6, 7):
        world.clock.move_to(NOW + timedelta(hours=hours))
        world.probe(served.url)
    rows = due(Archive(open_home(world.home)).view(), NOW + timedelta(hours=12), "test").to_pylist()
    assert {row["subject"]: row["identity"] for row in rows} == {
        f"website:channel:s{n}.example": f"s{n}.example" for n in range(3)
    }


def test_a_profile_without_a_handle_does_not_take_the_last_one_away(world: World, served: Served) -> None:
    rows = [
        {
            "subject": "website:channel:s0.example",
            "platform": "website",
            "handle": handle,
            "seen_at": NOW - timedelta(days=age),
        }
        for handle, age in (("newer", 1), ("older", 2))
    ]
    payload = pa.Table.from_pylist(rows, schema=TABLES["channels"].payload)
    Archive(open_home(world.home)).append("channels", numbered("channels", payload, 2, 0))
    world.probe(served.url, plan=True)
    handles = {row["subject"]: row["handle"] for row in world.rows("probe_plan")}
    assert handles["website:channel:s0.example"] == "newer"


def test_another_vantage_has_its_own_slots(world: World, served: Served) -> None:
    world.probe(served.url, plan=True)
    view = Archive(open_home(world.home)).view()
    assert len(due(view, NOW, "test")) == 0
    assert len(due(view, NOW, "elsewhere")) == 3


def test_a_clock_set_back_makes_nothing_due(world: World, served: Served) -> None:
    world.probe(served.url, plan=True)
    view = Archive(open_home(world.home)).view()
    assert len(due(view, NOW - timedelta(days=2), "test")) == 0
    assert len(due(view, NOW + timedelta(days=30), "test")) == 3  # one look, not one for each slot that was missed


def test_a_move_is_written_down(world: World, served: Served) -> None:
    world.status["s2.example"] = 301
    world.headers = {"Location": "website:channel:new.example"}
    assert world.probe(served.url, "website:channel:s2.example")["states"] == {"moved": 1}
    (move,) = world.rows("moves")
    assert (move["subject"], move["target"], move["kind"]) == (
        "website:channel:s2.example",
        "website:channel:new.example",
        "move",
    )


def test_a_prober_that_fails_costs_only_its_own_look(world: World, served: Served) -> None:
    report = world.probe(served.url, "website:channel:broken.example", "website:channel:s1.example")
    assert (report["looked"], report["failed"]) == (1, 1)
    (refused,) = world.rows("quarantine")
    assert refused["position"] == "website:channel:broken.example"
    assert "a fault of the prober's own" in refused["reason"]


def test_a_host_that_wants_rest_gets_it_also_after_a_restart(world: World, served: Served) -> None:
    world.status["s1.example"], world.headers = 429, {"Retry-After": "7200"}
    report = world.probe(served.url, "website:channel:s1.example")
    assert report["looked"] == 0
    assert report["resting"] == {served.host: (NOW + timedelta(hours=2)).isoformat()}
    assert served.host not in (world.home / "holds.json").read_text()
    asked = len(served.asked)
    world.status["s1.example"] = 200
    world.clock.move_to(NOW + timedelta(hours=1, minutes=50))
    assert world.probe(served.url, "website:channel:s1.example")["looked"] == 0
    assert len(served.asked) == asked
    world.clock.move_to(NOW + timedelta(hours=2))
    assert world.probe(served.url, "website:channel:s1.example")["states"] == {"present": 1}


def test_a_watch_keeps_the_schedule_and_is_alone(world: World, served: Served) -> None:
    world.probe(served.url, plan=True)
    rounds = playbook.watch(settings(world.home), world.means(served.url), rounds=9)
    assert rounds["looked"] == 3 * 8  # the first round finds nothing due
    at = sorted({row["slot"] for row in world.rows("sightings")})
    assert at == [NOW + timedelta(hours=6 * n) for n in range(9)]
    assert world.clock.now() >= at[-1]

    entered = threading.Event()
    leave = threading.Event()

    async def long(seconds: float) -> None:
        entered.set()
        leave.wait(30)
        raise KeyboardInterrupt

    held = Means(world.clock, Silent(), long, Limits(apart=0.0), {"knock": Knock((served.url,))})

    def hold() -> None:
        with pytest.raises(KeyboardInterrupt):
            playbook.watch(settings(world.home), held)

    thread = threading.Thread(target=hold)
    thread.start()
    assert entered.wait(30)
    with pytest.raises(HomeLocked, match="watched"):
        playbook.watch(settings(world.home), world.means(served.url), rounds=1)
    assert (
        playbook.probe(settings(world.home), (), None, world.means(served.url))["looked"] == 0
    )  # the home is free between rounds
    leave.set()
    thread.join()


def test_a_watch_ends_with_its_plans(world: World, served: Served) -> None:
    order = PlanOrder(DAY, Targets(dense_days=1, sparse_days=2))
    playbook.probe(settings(world.home), (), order, world.means(served.url))
    report = playbook.watch(settings(world.home), world.means(served.url))
    assert max(row["slot"] for row in world.rows("sightings")) <= DAY.end + timedelta(days=2)
    assert report["looked"] == 3 * 9


def test_who_was_forgotten_is_neither_planned_nor_looked_at(world: World, served: Served) -> None:
    world.probe(served.url, plan=True)
    playbook.forget(settings(world.home), "website:channel:s1.example", "asked", world.clock)
    assert not [row for row in world.rows("probe_plan") if "s1.example" in row["subject"]]
    asked = len(served.asked)
    report = world.probe(served.url, "website:channel:s1.example")
    assert report["looked"] == 0
    assert len(served.asked) == asked


def test_targets_come_from_the_day(world: World, served: Served, tmp_path: Path) -> None:
    day = tmp_path / "day.toml"
    day.write_text(
        'name = "d"\n[window]\nstart = 2020-01-09T00:00:00Z\nend = 2020-01-11T00:00:00Z\n'
        '[targets]\nsubjects = ["website:channel:s0.example", "website:channel:unseen.example"]\n'
        "[probing]\ndense_hours = 2\n"
    )
    report = playbook.probe(settings(world.home), (), PlanOrder.of(day), world.means(served.url))
    assert report["planned"] == 2
    assert {row["dense_seconds"] for row in world.rows("probe_plan")} == {7200}
    assert load_targets(day).sparse_days == 90
    over = PlanOrder(Campaign("old", NOW - timedelta(days=400), NOW - timedelta(days=399)), Targets())
    with pytest.raises(UsageError, match="sparse_days"):
        playbook.probe(settings(world.home), (), over, world.means(served.url))


@pytest.mark.timeout(1800)
@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
def test_kills_in_the_middle_leave_one_row_a_slot_and_limits_hold(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    sites, kills = int(pytestconfig.getoption("probes")), 3
    world = World(tmp_path / "home", sites)
    inside: Counter[int] = Counter()
    most: Counter[int] = Counter()
    lock = threading.Lock()

    def counting(number: int) -> Callable[[Asked], Said]:
        def answer(asked: Asked) -> Said:
            with lock:
                inside[number] += 1
                most[number] = max(most[number], inside[number])
            said = world.answer(asked)
            with lock:
                inside[number] -= 1
            return said

        return answer

    with ExitStack() as stack:
        servers = [stack.enter_context(serving(counting(number))) for number in range(4)]
        means = Means(FixedClock(datetime.now(UTC)), Silent(), probers={})
        day = Campaign("kills", means.clock.now() - timedelta(days=1), means.clock.now() + timedelta(days=1))
        playbook.probe(settings(world.home, "killed"), (), PlanOrder(day, Targets()), means)
        command = [sys.executable, "-m", "tests.observe.knocking", str(world.home), "killed", *(s.url for s in servers)]
        rng = random.Random(3)
        seen, in_the_middle = 0, 0
        for _ in range(kills):
            process = subprocess.Popen(command, cwd=Path(__file__).parents[2], start_new_session=True)
            target = seen + rng.randrange(sites * 3 // 10, sites // 2)  # a batch is 500 looks: past the next one
            while process.poll() is None and sum(len(server.asked) for server in servers) < target:
                threading.Event().wait(0.01)
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            seen = sum(len(server.asked) for server in servers)
            in_the_middle += 0 < len(world.rows("sightings")) < sites
        subprocess.run(command, cwd=Path(__file__).parents[2], check=True)
    rows = world.rows("sightings")
    slots = Counter((row["subject"], row["slot"]) for row in rows)
    assert len(slots) == len(rows) == sites
    assert in_the_middle >= 2
    assert playbook.stats(settings(world.home))["unfinished"] == []
    assert max(most.values()) <= 2
