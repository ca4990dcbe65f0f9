"""Whether a subject's own host may be spoken to: one rule for all platforms, for looks and for live reading, and what is recorded of it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.observe.knocking import Knock
from tests.servers.names import Names, naming
from tests.servers.registries import domain, registries
from tests.servers.rocketchat import ME, ROOM, TOKEN, Workspace, message, second
from tests.wire.served import Said, Served, serving

from actionday import playbook
from actionday.observe import quiet_verdicts
from actionday.observe.contact import hosts_of, may_contact
from actionday.observe.due import due
from actionday.observe.outside import Outside, Target, vantage_at
from actionday.observe.prober_conformance import target_of
from actionday.observe.quiet_verdicts import judge
from actionday.playbook.planning import Decision, PlanOrder
from actionday.playbook.reaching import Means
from actionday.records import Campaign, Evidence, Exchange, FixedClock, Silent, State, UsageError
from actionday.records.targets import Targets
from actionday.settings import Credentials, Settings
from actionday.stores.archive.archive import Archive, numbered
from actionday.stores.archive.home import HomePolicy, make_home, open_home
from actionday.stores.archive.schemas import TABLES
from actionday.wire import Limits

NOW = datetime(2020, 1, 10, 12, tzinfo=UTC)
DAY = Campaign("test day", NOW - timedelta(days=1), NOW + timedelta(days=1))


@pytest.mark.parametrize(
    ("subject", "handle", "options", "hosts"),
    [
        ("matrix:channel:!a:Bad.example:8448", None, {}, ["bad.example"]),
        ("matrix:channel:!a", "#b:bad.example", {}, ["bad.example"]),
        ("matrix:account:@a:bad.example", None, {}, ["bad.example"]),
        ("xmpp:channel:a@rooms.bad.example", None, {}, ["rooms.bad.example"]),
        ("xmpp:account:a@bad.example/x@y", None, {}, ["bad.example"]),
        ("rocketchat:channel:bad.example:3000/GENERAL", "lorem", {}, ["bad.example"]),
        ("mastodon:account:a@bad.example", "a@bad.example", {}, ["bad.example"]),
        ("mastodon:account:a@bad.example", None, {"server": "good.example"}, ["good.example"]),
        ("mastodon:account:bad.example/users/1", None, {}, ["bad.example"]),
        ("diaspora:account:0123456789abcdef", "a@bad.example", {}, ["bad.example"]),
        ("website:channel:www.bad.example", None, {}, ["www.bad.example"]),
        ("telegram:channel:1311111111", "bad.example", {}, []),
        ("threema:account:ECHOECHO", None, {}, []),
        ("twitter:account:@bad.example", None, {}, []),
    ],
)
def test_whose_host_it_is(subject: str, handle: str | None, options: Mapping[str, Any], hosts: list[str]) -> None:
    target = target_of(subject, handle, **options)
    assert hosts_of(target) == hosts
    assert may_contact(target, ("bad.example",)) == (hosts in ([], ["good.example"]))
    assert may_contact(target, ("ad.example", "")) == (target.platform != "website")


@pytest.mark.parametrize("decided", [True, False])
def test_a_decision_counts_first(decided: bool) -> None:
    for subject in ("website:channel:bad.example", "matrix:account:@a:bad.example", "telegram:channel:1"):
        assert may_contact(target_of(subject, contact=decided), ("bad.example",)) is decided


def test_sites_are_left_alone_unless_somebody_decides() -> None:
    assert not may_contact(target_of("website:channel:good.example"), ())
    assert may_contact(target_of("mastodon:account:a@good.example"), ())


def _asked(code: str, records: str = "", **facts: str) -> Exchange:
    return Exchange("DNS A bad.example", NOW, code, facts={"records": records, **facts} if records else {})


def _registry(status: str, code: str = "200") -> Exchange:
    return Exchange("RDAP domain https://r.example/domain/bad.example", NOW, code, facts={"status": status})


_CONTROL = Exchange("control SOA example", NOW, "NOERROR")


@pytest.mark.parametrize(
    ("exchanges", "state", "rule"),
    [
        ((), State.UNKNOWN, "nothing"),
        ((_asked("NOERROR", "192.0.2.7"), _registry("active")), State.UNKNOWN, "host_resolves"),
        ((_asked("NOERROR", "192.0.2.7"), _registry("clienthold")), State.SUSPENDED_REVERSIBLE, "rdap.client_hold"),
        ((_asked("NXDOMAIN"), _CONTROL, _registry("", "404")), State.CLOSED_UNKNOWN_ACTOR, "dns.unregistered"),
        ((_asked("NXDOMAIN"), _CONTROL, _registry("active")), State.CLOSED_UNKNOWN_ACTOR, "dns.no_such_name"),
        ((_asked("NXDOMAIN"), Exchange("control SOA example", NOW, "NXDOMAIN")), State.UNKNOWN, "dns.resolver_unsound"),
        ((_asked("NXDOMAIN"), Exchange("control SOA example", NOW, "timeout")), State.UNKNOWN, "dns.resolver_unsound"),
        ((_asked("SERVFAIL"),), State.UNREACHABLE, "dns.servfail"),
        ((_asked("NOERROR", "192.0.2.7", parked="ns1.bodis.com"),), State.CLOSED_UNKNOWN_ACTOR, "dns.parked"),
        ((Exchange("not asked", NOW, quiet_verdicts.NO_HOST),), State.UNKNOWN, "nothing"),
    ],
)
def test_what_a_quiet_look_says(exchanges: Sequence[Exchange], state: State, rule: str) -> None:
    target = target_of("matrix:channel:!a:bad.example", identity="https://bad.example/@a")
    verdict = judge(target, Evidence("quiet/1", "desk", tuple(exchanges)))
    assert (verdict.state, verdict.rule) == (state, f"quiet.{rule}")
    assert verdict.confidence <= 0.6, "what is known of a host is not known of what is on it"
    assert verdict.identity is None, "a registration is not what stands in the subject's place"


@dataclass
class World:
    """A home with subjects of several platforms on hosts of an adversary, and what a look at them may meet."""

    home: Path
    names: Names
    registry: Served
    workspace: Served
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    probers: Mapping[str, Any] | None = None

    def settings(self, *adversaries: str) -> Settings:
        at = self.workspace.host.replace(".", "_").replace(":", "_")
        secrets = {
            f"ACTIONDAY_CREDENTIAL_ROCKETCHAT_{name}__{at}": value
            for name, value in (("TOKEN", TOKEN), ("USER_ID", ME))
        }
        bases = {
            "dns": self.names.place,
            "rdap": self.registry.url,
            f"rocketchat.{self.workspace.host}": self.workspace.url,
        }
        return Settings(
            home=self.home,
            by="tester",
            reach=("matrix", "xmpp", "rocketchat", "mastodon", "diaspora", "website", "telegram"),
            vantage="desk",
            own_network=True,
            adversary_hosts=adversaries,
            credentials=Credentials(secrets, {}),
            bases=bases,
        )

    def means(self) -> Means:
        async def no_wait(seconds: float) -> None:
            self.clock.move_to(self.clock.now() + timedelta(seconds=seconds))

        return Means(self.clock, Silent(), no_wait, Limits(apart=0.0), self.probers)

    def rows(self, table: str) -> list[dict[str, Any]]:
        view = Archive(open_home(self.home)).view()
        return view.arrow(view.table(table).order_by("row")).to_pylist()

    @property
    def room(self) -> str:
        return f"rocketchat:channel:{self.workspace.host}/{ROOM}"


BAD = (
    "matrix:channel:!a:bad.example",
    "xmpp:channel:a@rooms.bad.example",
    "mastodon:account:a@bad.example",
    "diaspora:account:a@bad.example",
    "website:channel:bad.example",
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    zone = "{0}. 60 IN A 192.0.2.7"
    zones = {name: zone.format(name) for name in ("bad.example", "rooms.bad.example", "127.0.0.1")}
    held = Served("", "")
    stand_in = Workspace([message(n, second(n)) for n in range(3)])
    with ExitStack() as stack:
        names = stack.enter_context(naming(zones))
        registry = stack.enter_context(
            serving(registries(lambda: held.url, {"bad.example": domain("bad.example", "active")}, {}))
        )
        held.url = registry.url
        workspace = stack.enter_context(serving(stand_in.answer))
        make_home(tmp_path / "home", HomePolicy(), NOW)
        yield World(tmp_path / "home", names, registry, workspace)


def test_hosts_of_adversaries_see_nothing_whatever_the_platform(world: World) -> None:
    report = playbook.probe(world.settings("bad.example", "127.0.0.1"), (*BAD, world.room), None, world.means())
    assert report["looked"] == len(BAD) + 1
    assert report["left"] == {}
    assert world.workspace.asked == []
    rows = {row["platform"]: row for row in world.rows("sightings")}
    assert rows.pop("website")["rule"] == "website.dns.resolves"
    assert {row["rule"] for row in rows.values()} == {"quiet.host_resolves"}
    assert {row["state"] for row in rows.values()} == {"unknown"}
    assert {name for name, _ in world.names.asked} == {"bad.example", "rooms.bad.example", "127.0.0.1"}


def test_a_recorded_decision_opens_a_host_and_another_shuts_it(world: World) -> None:
    shut = world.settings("127.0.0.1")
    playbook.probe(shut, (world.room,), None, world.means(), Decision(True, "the unit agreed, ref 7"))
    assert world.rows("sightings")[-1]["rule"] == "rocketchat.room_found"
    (plan,) = world.rows("probe_plan")
    assert (plan["contact"], plan["decided_by"], plan["reason"]) == (True, "tester", "the unit agreed, ref 7")
    asked = len(world.workspace.asked)
    world.clock.move_to(NOW + timedelta(minutes=1))
    playbook.probe(shut, (world.room,), None, world.means())
    assert len(world.workspace.asked) == asked + 1, "the decision stands"
    world.clock.move_to(NOW + timedelta(minutes=2))
    playbook.probe(world.settings(), (world.room,), None, world.means(), Decision(False, "it is theirs after all"))
    assert len(world.workspace.asked) == asked + 1
    assert world.rows("sightings")[-1]["rule"] == "quiet.host_resolves"
    view = Archive(open_home(world.home)).view()
    assert len(due(view, world.clock.now() + timedelta(days=1), "desk")) == 0, "nobody is due by a decision"


def test_live_reading_needs_the_decision_too(world: World) -> None:
    shut = world.settings("127.0.0.1")
    left = playbook.collect(shut, (world.room, "website:channel:bad.example"), None, world.means())
    assert left["fetched"] == {}
    assert all("no decision to do so is recorded" in why and "--contact" in why for why in left["left"].values())
    assert len(left["left"]) == 2
    assert world.workspace.asked == []
    done = playbook.collect(shut, (world.room,), None, world.means(), Decision(True, "ref 7"))
    assert done["fetched"] == {world.room: "3 messages"}
    assert playbook.collect(shut, (world.room,), None, world.means())["fetched"] == {world.room: "0 messages"}


def test_a_decision_has_a_reason(world: World) -> None:
    with pytest.raises(UsageError, match="reason"):
        playbook.probe(world.settings(), (world.room,), None, world.means(), Decision(True, " "))


def seen(world: World, *subjects: str) -> None:
    rows = [
        {"subject": one, "platform": one.partition(":")[0], "native": one.split(":", 2)[2], "seen_at": NOW}
        for one in subjects
    ]
    payload = pa.Table.from_pylist(rows, schema=TABLES["channels"].payload)
    Archive(open_home(world.home)).append("channels", numbered("channels", payload, 1, 0))


def test_the_day_names_hosts_for_its_campaign(world: World) -> None:
    seen(world, "matrix:channel:!a:bad.example", "telegram:channel:7")
    order = PlanOrder(DAY, Targets(adversary_hosts=("bad.example",)))
    world.probers = {}
    assert playbook.probe(world.settings(), (), order, world.means())["planned"] == 2
    told = {row["platform"]: (row["contact"], row["decided_by"], row["reason"]) for row in world.rows("probe_plan")}
    assert told["telegram"] == (None, None, None)
    assert told["matrix"][:2] == (False, "tester")
    assert "day.toml" in told["matrix"][2]
    view = Archive(open_home(world.home)).view()
    shut = {row["platform"]: row["contact"] for row in due(view, NOW, "desk").to_pylist()}
    assert shut == {"matrix": False, "telegram": None}
    assert playbook.probe(world.settings(), (), order, world.means())["planned"] == 0
    opened = PlanOrder(DAY, Targets(adversary_hosts=("bad.example",)), "ref 7")
    world.clock.move_to(NOW + timedelta(hours=1))
    playbook.probe(world.settings(), (), opened, world.means())
    view = Archive(open_home(world.home)).view()
    assert set(due(view, NOW + timedelta(hours=7), "desk")["contact"].to_pylist()) == {True}


@dataclass
class Elsewhere(Knock):
    """Knocks at another server about a subject, as the fediverse's prober does."""

    platforms: tuple[str, ...] = ("mastodon", "telegram")

    async def look(self, target: Target, outside: Outside) -> Evidence:
        evidence = await Knock.look(self, target, outside)
        server = target.options.get("server")
        told = Exchange(f"lookup {target.native}", NOW, "200", "marker", facts={"name": target.native})
        where = vantage_at(outside.vantage, server) if server else outside.vantage
        return Evidence("knock/1", where, (*evidence.exchanges, told))


def test_a_look_at_another_server_is_done_for_its_slot(world: World) -> None:
    seen(world, "mastodon:channel:a@good.example")
    world.probers = {}
    playbook.probe(world.settings(), (), PlanOrder(DAY, Targets()), world.means())
    archive = Archive(open_home(world.home))
    (plan,) = world.rows("probe_plan")
    at = NOW + timedelta(seconds=1)
    plan |= {"options": json.dumps({"server": "Other.example"}), "planned_at": at}
    fresh = {name: plan[name] for name in TABLES["probe_plan"].payload.names}
    payload = pa.Table.from_pylist([fresh], schema=TABLES["probe_plan"].payload)
    archive.append("probe_plan", numbered("probe_plan", payload, 9, 0))
    with serving(lambda asked: Said(410)) as other:
        world.probers = {"knock": Elsewhere((other.url,))}
        world.clock.move_to(at)
        assert playbook.probe(world.settings(), (), None, world.means())["looked"] == 1
        assert playbook.probe(world.settings(), (), None, world.means())["looked"] == 0
        world.clock.move_to(at + timedelta(minutes=4))
        playbook.probe(world.settings(), (), None, world.means())
    assert {row["vantage"] for row in world.rows("sightings")} == {"desk at other.example"}


def test_people_without_a_role_are_looked_at_and_kept_under_a_pseudonym(world: World) -> None:
    with serving(lambda asked: Said(200)) as served:
        world.probers = {"knock": Elsewhere((served.url,))}
        report = playbook.probe(world.settings(), ("telegram:account:lorem", "telegram:channel:7"), None, world.means())
        assert report["looked"] == 2
        assert {asked.path for asked in served.asked} == {"/lorem", "/7"}, "the look itself is at the person"
        person, channel = sorted(world.rows("sightings"), key=lambda row: row["subject"], reverse=True)
        assert person["subject"].startswith("telegram:pseudonym:")
        assert "lorem" not in json.dumps(person, default=str)
        assert Evidence.from_json(person["evidence"]).exchanges[-1].code == "200"
        assert "marker" in channel["evidence"]
        world.clock.move_to(NOW + timedelta(minutes=1))
        playbook.probe(world.settings(), ("telegram:account:lorem",), None, world.means(), Decision(True, "ref 7"))
    assert len({row["subject"] for row in world.rows("sightings")}) == 2, "the same name each time"
    assert {row["subject"] for row in world.rows("probe_plan")} == {person["subject"]}


def test_people_whom_a_plan_names_keep_their_id_so_that_their_slots_are_known(world: World) -> None:
    with serving(lambda asked: Said(200)) as served:
        world.probers = {"knock": Elsewhere((served.url,))}
        order = PlanOrder(DAY, Targets(subjects=("telegram:account:lorem",)))
        assert playbook.probe(world.settings(), (), order, world.means())["looked"] == 1
        assert playbook.probe(world.settings(), (), None, world.means())["looked"] == 0
    assert {row["subject"] for row in world.rows("sightings")} == {"telegram:account:lorem"}
