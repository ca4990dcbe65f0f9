"""Reading Telegram live: unmodified Telethon against a data centre on loopback, from requests to rows, and by the playbook end to end."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telethon.tl import types
from tests.observe.telegram_outside import Desk
from tests.servers.mtproto import API_HASH, API_ID, Telegram, telegram
from tests.servers.telegram_world import BORN, DROPPED, World

from actionday import playbook
from actionday.observe import conformance
from actionday.observe.live import Collected
from actionday.observe.platforms.telegram import desktop
from actionday.observe.platforms.telegram.account import sealed, unsealed
from actionday.observe.platforms.telegram.export import TelegramExport
from actionday.observe.platforms.telegram.live import TelegramLive
from actionday.observe.prober_conformance import target_of
from actionday.observe.reader import Source
from actionday.playbook.planning import PlanOrder
from actionday.playbook.reaching import Means
from actionday.records import Campaign, FixedClock, InputError, Silent, UsageError
from actionday.records.targets import Targets
from actionday.settings import Credentials, Settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import open_home
from actionday.wire import HostResting, Limits
from actionday.wire.telegram import Peer

GROUP, CHANNEL = 1300000011, 1300000012
SUBJECT, THERE = f"telegram:channel:{GROUP}", f"telegram:channel:{CHANNEL}"
READS = {"ResolveUsername", "GetChannels", "GetFullChannel", "GetParticipants", "GetMessages", "GetHistory"}
VE = types.PeerUser(700000001)


def _button(text: str, url: str) -> Any:  # noqa: ANN401 - Telegram's objects
    one = types.KeyboardInlineButton(text, types.InlineButtonTypeUrl(url))
    return types.ReplyInlineMarkup([types.KeyboardInlineButtonRow([one])])


def made_world() -> World:
    world = World()
    group = world.open(GROUP, "babebi", group=True, title="ba be")
    world.open(CHANNEL, "dadedi", title="da de")
    ve, wa = world.person(700000001, "Ve", last_name="Vo", username="vevovu"), world.person(700000002, "Wa")
    bot = world.person(700000003, "Bi", bot=True, bot_info_version=1, username="bibibot")
    rights = types.ChatAdminRights()
    group.admins = [
        (types.ChannelParticipantCreator(ve.id, rights), ve),
        (types.ChannelParticipantAdmin(bot.id, ve.id, BORN, rights), bot),
    ]
    group.about, group.linked, group.migrated_from = "du da", CHANNEL, 55
    group.say(action=types.MessageActionChannelMigrateFrom("ba be", 55), from_id=VE)
    group.say("da de di", from_id=types.PeerUser(wa.id))
    head = {"date": BORN, "channel_post": 4}
    group.say(
        "ko ku",
        from_id=VE,
        fwd_from=types.MessageFwdHeader(from_id=types.PeerChannel(CHANNEL), **head),
        views=17,
        forwards=2,
    )
    group.say("ka", fwd_from=types.MessageFwdHeader(from_name="Re", date=BORN))
    group.say("ke", from_id=VE, fwd_from=types.MessageFwdHeader(from_id=types.PeerChannel(CHANNEL), **head))
    link = types.MessageEntityTextUrl(offset=6, length=2, url="https://example.org/x")
    group.say("🙂 ko ku ke", from_id=VE, entities=[link], reply_to=types.MessageReplyHeader(reply_to_msg_id=2))
    photo = types.Photo(1, 1, b"", BORN, [types.PhotoSize("x", 640, 480, 40960)], 2)
    group.say("", from_id=VE, media=types.MessageMediaPhoto(photo=photo))
    button = _button("go", "https://t.me/gagegi")
    group.pinned = group.say("new place: t.me/+AbCdEfGh12345678 or @dadedi", from_id=VE, reply_markup=button)
    for number in range(9, 231):
        group.say(f"lo {number}", from_id=types.PeerUser(wa.id), edit_date=BORN + timedelta(days=9))
    del group.messages[99:110]
    return world


@pytest.fixture(scope="module")
def centre() -> Iterator[tuple[Telegram, str]]:
    with telegram(World()) as made:
        yield made, made.session()


@pytest.fixture
def server(centre: tuple[Telegram, str]) -> Telegram:
    """The data centre with a new world, asked nothing so far."""
    made, _ = centre
    made.world = made_world()
    made.asked.clear()
    return made


@pytest.fixture
def desk(server: Telegram, centre: tuple[Telegram, str]) -> Desk:
    return Desk.at(server, centre[1])


def collect(
    desk: Desk, folder: Path, cursor: str | None = None, handle: str | None = "babebi", subject: str = SUBJECT
) -> Collected:
    folder.mkdir(parents=True, exist_ok=True)
    return desk.run(lambda outside: TelegramLive().collect(target_of(subject, handle), cursor, folder, outside))


def read(files: tuple[Path, ...]) -> dict[str, list[dict[str, Any]]]:
    sources = [Source(path, path.name, vantage="desk") for path in files]
    for source in sources:
        conformance.check_chunks(TelegramExport(), source)
    wholes = [conformance.read_whole(TelegramExport(), source) for source in sources]
    assert not [one for whole in wholes for one in whole.refused]
    names = {name for whole in wholes for name in whole.tables}
    return {
        name: [row for whole in wholes if name in whole.tables for row in whole.tables[name].to_pylist()]
        for name in names
    }


def test_messages_are_read_page_by_page_and_nothing_else_is_done(server: Telegram, desk: Desk, tmp_path: Path) -> None:
    collected = collect(desk, tmp_path)
    assert set(server.methods) <= READS
    assert server.methods.count("GetHistory") == 4, "two whole pages, one that is not, and an empty one"
    tables = read(collected.files)
    natives = [int(post["native"]) for post in tables["posts"]]
    assert natives == [one.id for one in server.world.venues[GROUP].messages]
    posts = {post["native"]: post for post in tables["posts"]}
    assert (posts["1"]["kind"], posts["1"]["action"]) == ("service", "migrate_from_group")
    assert (posts["2"]["author"], posts["2"]["text"], posts["2"]["kind"]) == (
        "telegram:account:700000002",
        "da de di",
        "original",
    )
    assert (posts["3"]["forward_from"], posts["3"]["forward_name"], posts["3"]["views"]) == (THERE, "da de", 17)
    assert (posts["4"]["kind"], posts["4"]["forward_name"], posts["4"]["author"]) == ("forward", "Re", SUBJECT)
    assert (posts["6"]["text"], posts["6"]["hrefs"], posts["6"]["reply_to"]) == (
        "🙂 ko ku ke",
        ["https://example.org/x"],
        "2",
    )
    assert posts["8"]["hrefs"] == ["https://t.me/gagegi"]
    assert (posts["2"]["at"], posts["2"]["at_offset"]) == (BORN + timedelta(minutes=2), None)
    assert posts["9"]["edited_at"] == BORN + timedelta(days=9)
    (file,) = tables["media"]
    assert (file["kind"], file["name"], file["size"], file["width"]) == ("photo", None, 40960, 640)


def test_what_the_chat_says_of_itself_is_read(desk: Desk, tmp_path: Path) -> None:
    tables = read(collect(desk, tmp_path).files)
    ours, linked = tables["channels"][:2]
    assert (ours["subject"], ours["handle"], ours["title"], ours["description"], ours["members"]) == (
        SUBJECT,
        "babebi",
        "ba be",
        "du da",
        41,
    )
    assert (linked["subject"], linked["handle"], linked["kind"]) == (THERE, "dadedi", "channel")
    roles = {(one["account"], one["role"]) for one in tables["memberships"]}
    assert roles == {("telegram:account:700000001", "owner"), ("telegram:account:700000003", "bot")}
    people = {one["subject"]: one for one in tables["accounts"] if one["kind"] != "user"}
    assert people["telegram:account:700000001"]["display_name"] == "Ve Vo"
    assert people["telegram:account:700000003"]["handle"] == "bibibot"


def test_explicit_moves_have_their_kind_and_confidence(desk: Desk, tmp_path: Path) -> None:
    moves = {
        (one["subject"], one["target"], one["kind"]): (one["confidence"], one["at"])
        for one in read(collect(desk, tmp_path).files)["moves"]
    }
    assert moves == {
        ("telegram:channel:chat55", SUBJECT, "migrate"): (0.95, None),
        (SUBJECT, THERE, "announced"): (0.3, None),
        (SUBJECT, "telegram:+AbCdEfGh12345678", "announced"): (0.6, BORN + timedelta(minutes=8)),
        (SUBJECT, "telegram:@dadedi", "announced"): (0.3, BORN + timedelta(minutes=8)),
        (SUBJECT, "telegram:@gagegi", "announced"): (0.4, BORN + timedelta(minutes=8)),
        (SUBJECT, THERE, "forward"): (0.1, BORN + timedelta(minutes=3)),
    }


def test_a_second_reading_asks_by_id_and_for_what_is_new(server: Telegram, desk: Desk, tmp_path: Path) -> None:
    first = collect(desk, tmp_path / "a")
    server.asked.clear()
    assert collect(desk, tmp_path / "b", first.cursor).says.startswith("0 messages")
    server.world.venues[GROUP].say("ru ro", from_id=VE)
    server.world.venues[GROUP].channel.username = "newname"
    second = collect(desk, tmp_path / "c", first.cursor)
    assert [post["text"] for post in read(second.files)["posts"]] == ["ru ro"]
    assert "ResolveUsername" not in server.methods
    assert read(second.files)["channels"][0]["handle"] == "newname"


@pytest.mark.parametrize("pages", [1, 2])
def test_a_long_flood_wait_keeps_what_was_read_and_goes_on_there(
    server: Telegram, desk: Desk, tmp_path: Path, pages: int
) -> None:
    whole = [one.id for one in server.world.venues[GROUP].messages]
    server.world.floods["GetHistory"] = [*[0] * pages, 7200]
    first = collect(desk, tmp_path / "a")
    assert "it asked for that: the rest next time" in first.says
    desk.clock.move_to(desk.clock.now() + timedelta(hours=3))
    second = collect(desk, tmp_path / "b", first.cursor)
    natives = [int(post["native"]) for one in (first, second) for post in read(one.files)["posts"]]
    assert natives == whole


def test_a_flood_wait_before_the_first_page_is_raised(server: Telegram, desk: Desk, tmp_path: Path) -> None:
    for method in ("ResolveUsername", "GetFullChannel", "GetHistory"):
        server.world.floods[method] = [7200]
        with pytest.raises(HostResting):
            collect(desk, tmp_path / method)


def test_a_connection_that_breaks_between_pages_keeps_what_was_read(
    server: Telegram, desk: Desk, tmp_path: Path
) -> None:
    whole = [one.id for one in server.world.venues[GROUP].messages]
    server.world.floods["GetHistory"] = [0, DROPPED]
    first = collect(desk, tmp_path / "a")
    assert "reading on failed (connect)" in first.says
    second = collect(desk, tmp_path / "b", first.cursor)
    natives = [int(post["native"]) for one in (first, second) for post in read(one.files)["posts"]]
    assert natives == whole


def test_admins_of_channels_are_not_asked_for(server: Telegram, desk: Desk, tmp_path: Path) -> None:
    server.world.venues[CHANNEL].say("da")
    collected = collect(desk, tmp_path, None, "dadedi", THERE)
    assert "GetParticipants" not in server.methods
    assert "admins to its admins only" in collected.says
    (post,) = read(collected.files)["posts"]
    assert (post["author"], post["text"]) == (THERE, "da")


@pytest.mark.parametrize(
    ("subject", "handle", "says"),
    [
        ("telegram:channel:1", "babebi", f"belongs to telegram:channel:{GROUP} now"),
        (SUBJECT, "vevovu", "is an account"),
        (SUBJECT, "nobody_here", "USERNAME_NOT_OCCUPIED"),
        (SUBJECT, None, "no name is known"),
        ("telegram:account:700000001", "vevovu", "accounts are not read"),
        ("telegram:channel:chat55", None, "public name"),
        ("telegram:channel:+AbCdEfGh12345678", None, "public name"),
    ],
)
def test_what_is_not_read_is_said(desk: Desk, tmp_path: Path, subject: str, handle: str | None, says: str) -> None:
    with pytest.raises(InputError, match=says):
        collect(desk, tmp_path, None, handle, subject)


def test_a_place_without_a_public_name_is_not_read_though_the_account_may(
    server: Telegram, desk: Desk, tmp_path: Path
) -> None:
    first = collect(desk, tmp_path)
    server.world.venues[GROUP].channel.username, server.world.venues[GROUP].channel.left = None, False
    server.asked.clear()
    with pytest.raises(InputError, match="no public name"):
        collect(desk, tmp_path, first.cursor)
    assert server.methods == ["GetChannels"]
    server.world.venues[GROUP].shut = "forbidden"
    with pytest.raises(InputError, match="no more"):
        collect(desk, tmp_path, first.cursor)


def test_a_cursor_of_another_account_or_none_at_all_falls_back_to_the_name(
    server: Telegram, desk: Desk, tmp_path: Path
) -> None:
    stale = json.dumps({"peer": sealed(SUBJECT, Peer(GROUP, 5)), "after": 228})
    assert collect(desk, tmp_path / "a", stale).says.startswith("2 messages")
    assert server.methods[:2] == ["GetChannels", "ResolveUsername"]
    for number, broken in enumerate(
        ("{", "[]", "7", '{"peer": 1}', '{"peer": "x", "after": 1}', stale.replace("228", "-1"))
    ):
        assert collect(desk, tmp_path / str(number), broken).says.startswith("219 messages")


def test_the_session_is_written_nowhere(desk: Desk, tmp_path: Path) -> None:
    collected = collect(desk, tmp_path)
    told = "".join(path.read_text("utf-8") for path in tmp_path.rglob("*") if path.is_file()) + str(collected)
    assert desk.credentials["telegram.session"] not in told
    assert API_HASH not in told
    assert str(7 * GROUP) not in "".join(path.read_text("utf-8") for path in collected.files)


def test_without_a_session_nothing_is_read(desk: Desk, tmp_path: Path) -> None:
    desk.credentials = {}
    with pytest.raises(UsageError, match=r"telegram\.session is not configured"):
        collect(desk, tmp_path)


@given(st.integers(1, 2**63 - 1), st.integers(-(2**63), 2**63 - 1), st.text(max_size=20))
def test_a_cursor_names_nobody_and_finds_them_again(number: int, key: int, subject: str) -> None:
    text = sealed(subject, Peer(number, key))
    assert unsealed(subject, text) == f"{number}:{key}"
    assert str(number) not in text or number < 10_000
    for wrong in (text[:-2], text + "00", "zz", "", None, 7):
        assert unsealed(subject, wrong) is None


@given(st.text(max_size=40), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 20)), max_size=5))
def test_pieces_make_up_the_text_whatever_entities_say(text: str, places: list[tuple[int, int]]) -> None:
    entities = [types.MessageEntityTextUrl(offset=at, length=size, url="https://e.org/") for at, size in places]
    pieces = desktop.text_of(text, entities)
    joined = (
        pieces if isinstance(pieces, str) else "".join(one if isinstance(one, str) else one["text"] for one in pieces)
    )
    whole = all(at + size <= len(text.encode("utf-16-le")) // 2 for at, size in places)
    if whole and all(ord(letter) < 0x10000 for letter in text):
        assert joined == text


FACTS = json.loads(TelegramExport().examples()["live/chat.json"])
WRONG: dict[str, dict[str, Any] | bytes] = {
    "no id": {**FACTS, "id": None},
    "id is a text": {**FACTS, "id": "7"},
    "id is zero": {**FACTS, "id": 0},
    "id is negative": {**FACTS, "id": -5},
    "id is huge": {**FACTS, "id": 10**30},
    "a private chat": {**FACTS, "type": "personal_chat"},
    "no type": {name: value for name, value in FACTS.items() if name != "type"},
    "type is a list": {**FACTS, "type": []},
    "another version": {**FACTS, "telegram_chat": 2},
    "version is a text": {**FACTS, "telegram_chat": "1"},
    "name is a number": {**FACTS, "name": 7},
    "members are words": {**FACTS, "members": "many"},
    "admins are no list": {**FACTS, "admins": {}},
    "an admin without id": {**FACTS, "admins": [{"name": "ba"}]},
    "linked is a number": {**FACTS, "linked": 7},
    "pinned without time": {**FACTS, "pinned": {"id": 1}},
    "forwards are texts": {**FACTS, "forwards": ["channel1"]},
    "deep": b'{"telegram_chat": 1, "admins": ' + b"[" * 100_000,
    "cut": json.dumps(FACTS).encode()[:200],
    "not UTF-8": json.dumps(FACTS).encode().replace(b"da de", b"\xff\xfe"),
    "trailing": json.dumps(FACTS).encode() + b"}",
    "a bare word": b'{"telegram_chat": NaN}',
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_facts_that_cannot_be_read_are_refused_in_words(tmp_path: Path, wrong: dict[str, Any] | bytes) -> None:
    path = tmp_path / "chat.json"
    path.write_bytes(wrong if isinstance(wrong, bytes) else json.dumps(wrong).encode())
    whole = conformance.check_chunks(TelegramExport(), Source(path, path.name))
    assert not whole.rows
    (refused,) = whole.refused
    assert refused.reason.startswith("facts of")


def test_people_and_places_that_are_none_are_left_out(tmp_path: Path) -> None:
    odd = {
        "admins": [{"user_id": "channel7"}, {"user_id": "7"}, {"user_id": "user0"}],
        "linked": {"type": "personal_chat", "id": 7},
        "migrated_from": -1,
        "forwards": [
            {"from_id": "user7", "date_unixtime": 1},
            {"from_id": f"channel{FACTS['id']}", "date_unixtime": 1},
        ],
        "pinned": {"id": 1, "date_unixtime": 10**15, "text": "t.me/+AbCdEfGh12345678"},
    }
    path = tmp_path / "chat.json"
    path.write_text(json.dumps({**FACTS, **odd}))
    whole = conformance.check_chunks(TelegramExport(), Source(path, path.name))
    assert set(whole.tables) == {"channels"}
    assert len(whole.tables["channels"]) == 1


def settings(home: Path, server: Telegram, session: str) -> Settings:
    variables = {"SESSION": session, "API_ID": str(API_ID), "API_HASH": API_HASH}
    told = Credentials({f"ACTIONDAY_CREDENTIAL_TELEGRAM_{name}": value for name, value in variables.items()}, {})
    bases = {"telegram": server.address}
    return Settings(
        home=home, by="tester", reach=("telegram",), vantage="desk", credentials=told, bases=bases, parsers=1
    )


def rows(home: Path, table: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = Archive(open_home(home)).view().table(table).to_pyarrow().to_pylist()
    return found


def test_from_requests_to_the_archive_and_a_look_besides(
    server: Telegram, centre: tuple[Telegram, str], tmp_path: Path
) -> None:
    home, session = tmp_path / "home", centre[1]
    ours = settings(home, server, session)
    clock = FixedClock(BORN + timedelta(days=30))
    means = Means(clock, Silent(), limits=Limits(apart=0.0))
    name = "telegram:channel:@babebi"
    first = playbook.collect(ours, (name, "telegram:channel:@nobody_here"), None, means)
    assert first["fetched"][name].startswith("219 messages")
    assert "USERNAME_NOT_OCCUPIED" in first["left"]["telegram:channel:@nobody_here"]
    assert len(rows(home, "posts")) == 219
    assert len(rows(home, "moves")) == 6
    server.world.venues[GROUP].say("ru ro", from_id=VE)
    clock.move_to(clock.now() + timedelta(days=1))
    server.asked.clear()
    again = playbook.collect(ours, (name,), None, means)
    assert again["fetched"][name].startswith("1 messages")
    assert len(rows(home, "posts")) == 220
    assert len(rows(home, "moves")) == 6, "what was said before is said once"
    assert "ResolveUsername" not in server.methods
    assert str(GROUP) not in (home / "cursors.json").read_text()

    server.asked.clear()
    day = Campaign("day", clock.now() - timedelta(hours=1), clock.now() + timedelta(days=1))
    order = PlanOrder(day, Targets(subjects=(SUBJECT, "telegram:channel:1399999999")))
    looked = playbook.probe(ours, (), order, means)
    assert looked["states"] == {"present": 1, "unknown": 1}
    assert server.methods == ["ResolveUsername"], "the archive knows the name by now"
    assert playbook.probe(ours, (), None, means)["looked"] == 0, "a slot is looked at once"
    clock.move_to(clock.now() + timedelta(hours=6))
    assert playbook.probe(ours, (), None, means)["looked"] == 2
    assert server.methods == ["ResolveUsername", "GetChannels"], "met once, asked for by id"
    sightings = [one for one in rows(home, "sightings") if one["subject"] == SUBJECT]
    assert {one["rule"] for one in sightings} == {"telegram.channel_present"}
    assert {one["identity"] for one in sightings} == {f"{GROUP}:{7 * GROUP}"}
    assert len({one["slot"] for one in sightings}) == len(sightings) == 2
    archived = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert session.encode() not in archived
    assert API_HASH.encode() not in archived
