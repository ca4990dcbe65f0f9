"""Looking and reading through the playbook, with the installed plugins, at servers started here: planned, looked at once, read in once.

Synapse and Prosody are real servers; Mastodon answers as recorded; Rocket.Chat and the site are stand-ins, with DNS and RDAP of their own.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.servers.names import naming
from tests.servers.recorded import HOST as MASTODON
from tests.servers.recorded import NAME, mastodon, statuses
from tests.servers.registries import domain, registries
from tests.servers.rocketchat import ME, ROOM, TOKEN, Workspace, message, second
from tests.servers.synapse import Synapse, synapse
from tests.servers.xmpp import HOST, ROOMS, XmppServer, password, prosody
from tests.servers.xmpp_people import logged_in, open_room
from tests.wire.served import Asked, Said, Served, serving

from actionday import playbook
from actionday.playbook.planning import Decision, PlanOrder
from actionday.playbook.reaching import Means
from actionday.records import Campaign, Silent, SystemClock
from actionday.records.targets import Targets
from actionday.settings import Settings, load_settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import HomePolicy, make_home, open_home
from actionday.wire import Limits

SITE = "lorem.example"
READABLE = [{"type": "m.room.history_visibility", "state_key": "", "content": {"history_visibility": "world_readable"}}]


@dataclass
class Site:
    """A site of two pages; `news` are posts that were added since."""

    news: str = ""

    def answer(self, asked: Asked) -> Said:
        if asked.path == "/robots.txt":
            return Said(404)
        if asked.path == "/":
            links = "".join(f'<a href="/{name}">{name}</a>' for name in ("one", *self.news.split()))
            return _page(f"<h1>Lorem</h1>{links}")
        return _page(f"<h1>{asked.path}</h1><p>ba du ki https://t.me/loremipsum</p>")


def _page(body: str) -> Said:
    return Said(200, f"<html><body>{body}</body></html>".encode(), {"Content-Type": "text/html"})


@dataclass
class World:
    """Everything that is spoken to, and the settings that lead there."""

    settings: Settings
    matrix: Synapse
    room: str
    xmpp: XmppServer
    workspace: Workspace
    rocketchat: Served
    site: Site

    @property
    def subjects(self) -> dict[str, str]:
        """One for each platform."""
        return {
            "matrix": f"matrix:channel:{self.room}",
            "xmpp": f"xmpp:channel:open@{ROOMS}",
            "rocketchat": f"rocketchat:channel:{self.rocketchat.host}/{ROOM}",
            "mastodon": f"mastodon:account:{NAME}@{MASTODON}",
            "website": f"website:channel:{SITE}",
        }

    def means(self) -> Means:
        return Means(SystemClock(), Silent(), limits=Limits(apart=0.0))

    def rows(self, table: str) -> list[dict[str, Any]]:
        view = Archive(open_home(self.settings.home)).view()
        return view.arrow(view.table(table).order_by("row")).to_pylist()

    def collect(self) -> dict[str, Any]:
        return playbook.collect(
            self.settings, tuple(self.subjects.values()), None, self.means(), Decision(True, "own servers")
        )

    def posts(self) -> Counter[str]:
        rows = self.rows("posts")
        assert len({(row["channel"], row["native"], row["edited_at"]) for row in rows}) == len(rows)
        return Counter(row["platform"] for row in rows)


async def _speak(server: XmppServer, *texts: str, make: bool = False) -> None:
    async with logged_in(server, "alice") as alice:
        if make:
            await open_room(alice, "open", texts, whois="anyone")
        else:
            await alice.enter(f"open@{ROOMS}", "Al")
            await alice.say(f"open@{ROOMS}", texts)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("platforms")
    stand_in, site, held = Workspace([message(n, second(n)) for n in range(5)]), Site(), Served("", "")
    with ExitStack() as stack:
        xmpp = stack.enter_context(prosody(tmp_path_factory.mktemp("prosody")))
        matrix = stack.enter_context(synapse(tmp_path_factory.mktemp("synapse")))
        fediverse = stack.enter_context(mastodon())
        rocketchat = stack.enter_context(serving(stand_in.answer))
        pages = stack.enter_context(serving(site.answer))
        names = stack.enter_context(naming({SITE: f"{SITE}. 60 IN A 192.0.2.7"}))
        known = registries(lambda: held.url, {SITE: domain(SITE, "active")}, {})
        registry = stack.enter_context(serving(known))
        held.url = registry.url
        patched = stack.enter_context(pytest.MonkeyPatch.context())
        patched.setenv("SSL_CERT_FILE", str(xmpp.authority))
        asyncio.run(_speak(xmpp, "ba", "du", "ki", make=True))
        room = matrix.room(name="ba be", initial_state=READABLE)
        for text in ("ba", "du"):
            matrix.send("alice", room, {"msgtype": "m.text", "body": text})
        bases = {
            "matrix": matrix.base,
            "xmpp": xmpp.address,
            f"rocketchat.{rocketchat.host}": rocketchat.url,
            f"fediverse.{MASTODON}": fediverse.url,
            f"website.{SITE}": pages.url,
            "dns": names.place,
            "rdap": registry.url,
        }
        secrets = {
            "matrix.token": matrix.tokens["bob"],
            "xmpp.jid": f"eve@{HOST}",
            "xmpp.password": password("eve"),
            f"rocketchat.token@{rocketchat.host}": TOKEN,
            f"rocketchat.user_id@{rocketchat.host}": ME,
        }
        settings = _settings(folder, bases, secrets)
        make_home(settings.home, HomePolicy(), SystemClock().now())
        yield World(settings, matrix, room, xmpp, stand_in, rocketchat, site)


def _settings(folder: Path, bases: dict[str, str], secrets: dict[str, str]) -> Settings:
    """As a person would give them: two TOML files."""
    credentials = folder / "credentials.toml"
    credentials.write_text("".join(f'"{name}" = "{value}"\n' for name, value in secrets.items()))
    credentials.chmod(0o600)
    lines = [f'"{name}" = "{url}"' for name, url in bases.items()]
    (folder / "actionday.toml").write_text(
        f'home = "{folder}/home"\nby = "tester"\nvantage = "desk"\nown_network = true\ncredentials = "{credentials}"\n'
        'reach = ["matrix", "xmpp", "rocketchat", "mastodon", "website"]\n[bases]\n' + "\n".join(lines) + "\n"
    )
    return load_settings({}, folder)


def test_a_campaign_is_looked_at_once_on_every_platform(world: World) -> None:
    now = SystemClock().now()
    day = Campaign("end to end", now - timedelta(days=1), now + timedelta(days=1))
    order = PlanOrder(day, Targets(subjects=tuple(world.subjects.values())), "own servers")
    first = playbook.probe(world.settings, (), order, world.means())
    assert (first["planned"], first["looked"], first["failed"], first["left"]) == (5, 5, 0, {})
    assert first["states"] == {"present": 5}
    assert playbook.probe(world.settings, (), None, world.means())["looked"] == 0
    rows = world.rows("sightings")
    assert sorted(row["subject"] for row in rows) == sorted(world.subjects.values())
    assert {row["platform"]: row["rule"] for row in rows} == {
        "matrix": "matrix.summary_found",
        "xmpp": "xmpp.room_answers",
        "rocketchat": "rocketchat.room_found",
        "mastodon": "mastodon.actor_present",
        "website": "website.http.ok",
    }
    held = "".join(row["evidence"] for row in rows)
    assert not [secret for secret in (TOKEN, password("eve"), *world.matrix.tokens.values()) if secret in held]


def test_what_is_public_is_read_in_once_and_then_only_what_is_new(world: World) -> None:
    first = world.collect()
    assert first["left"] == {}
    assert set(first["fetched"]) == set(world.subjects.values())
    before = world.posts()
    own = len({one["uri"] for one in statuses()})  # the stand-in's older pages repeat them under other numbers
    assert (before["xmpp"], before["rocketchat"], before["mastodon"]) == (3, 5, own)
    assert before["matrix"] == 2
    assert before["website"] >= 2
    owners = {row["platform"] for row in world.rows("memberships") if row["role"] == "owner"}
    assert owners == {"matrix", "rocketchat", "mastodon", "xmpp"}, "a site has no owner that it names"

    world.matrix.send("alice", world.room, {"msgtype": "m.text", "body": "new"})
    asyncio.run(_speak(world.xmpp, "new"))
    world.workspace.messages.append(message(9, second(50)))
    world.site.news = "two"
    again = world.collect()
    assert again["left"] == {}
    more = world.posts() - before
    assert (more["matrix"], more["xmpp"], more["rocketchat"]) == (1, 1, 1)
    assert more["website"] >= 1
    assert "mastodon" not in more, "nothing was added there"
