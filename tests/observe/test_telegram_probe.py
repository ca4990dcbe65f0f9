"""Looking at Telegram: unmodified Telethon against a data centre on loopback, and pages as t.me shows them."""

import re
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from telethon.tl import types
from tests.observe.outsides import NOW
from tests.observe.telegram_outside import Desk
from tests.servers.mtproto import Telegram, telegram
from tests.servers.telegram_world import World
from tests.wire.served import Asked, Said, serving

from actionday.observe.outside import Outside
from actionday.observe.platforms.telegram import judging
from actionday.observe.platforms.telegram.probe import TelegramProber
from actionday.observe.prober import ProbeExample
from actionday.observe.prober_conformance import target_of
from actionday.records import Evidence, State, UsageError, Verdict
from actionday.wire import HostResting

READS = {"ResolveUsername", "GetChannels", "GetUsers", "GetChats", "CheckChatInvite"}
TERMS = "This channel can't be displayed because it violated Telegram's Terms of Service."
PROBER = TelegramProber()


def made_world() -> World:
    world = World()
    world.open(1300000001, "babebi")
    world.open(
        1300000002, "dadedi", restricted=True, restriction_reason=[types.RestrictionReason("all", "terms", TERMS)]
    )
    reasons = [types.RestrictionReason("ios-android", "porn", "Not in this app.")]
    world.open(1300000003, "gagegi", restricted=True, restriction_reason=reasons)
    world.open(1300000004, "kakeki").shut = "CHANNEL_PRIVATE"
    world.open(1300000005, "laleli").shut = "forbidden"
    world.person(700000001, "Ve", username="vevovu")
    world.person(700000002, "", deleted=True)
    chat = {"title": "ba", "photo": types.ChatPhotoEmpty(), "participants_count": 2, "date": None, "version": 1}
    world.groups[55] = types.Chat(id=55, deactivated=True, migrated_to=types.InputChannel(1300000001, 1), **chat)
    world.invites["AbCdEfGh12345678"] = types.ChatInvite("ba", types.PhotoEmpty(0), 3, 0)
    return world


@pytest.fixture(scope="module")
def server() -> Iterator[Telegram]:
    with telegram(made_world()) as made:
        yield made


@pytest.fixture(scope="module")
def session(server: Telegram) -> str:
    return server.session()


@pytest.fixture
def desk(server: Telegram, session: str) -> Desk:
    server.asked.clear()
    server.world.floods.clear()
    return Desk.at(server, session)


def look(desk: Desk, subject: str, handle: str | None = None, **options: object) -> tuple[Evidence, Verdict]:
    target = target_of(subject, handle, **options)
    evidence = desk.run(lambda outside: PROBER.look(target, outside))
    assert Evidence.from_json(evidence.to_json()) == evidence
    return evidence, PROBER.judge(target, evidence)


@pytest.mark.parametrize("example", PROBER.examples(), ids=lambda example: example.name)
def test_every_row_of_the_table_is_judged_as_it_says(example: ProbeExample) -> None:
    verdict = PROBER.judge(example.target, example.evidence)
    assert (verdict.state, verdict.rule) == (example.state, example.rule)


def test_there_is_an_example_of_every_rule() -> None:
    source = Path(judging.__file__).read_text("utf-8")
    rules = set(re.findall(r'_verdict\([^"]*"(\w+)"', source)) | {"channel_present", "user_present"}
    assert {example.rule.removeprefix("telegram.") for example in PROBER.examples()} >= rules
    assert len(rules) > 25


@pytest.mark.parametrize(
    ("subject", "handle", "state", "rule"),
    [
        ("telegram:channel:1300000001", "babebi", State.PRESENT, "channel_present"),
        ("telegram:channel:@Babebi", None, State.PRESENT, "channel_present"),
        ("telegram:channel:1300000002", "dadedi", State.REMOVED_BY_PLATFORM, "removed_terms"),
        ("telegram:channel:1300000003", "gagegi", State.RESTRICTED, "restricted_in_clients"),
        ("telegram:channel:1300000004", "kakeki", State.UNKNOWN, "name_free"),
        ("telegram:channel:1300000009", "babebi", State.RENAMED, "name_taken"),
        ("telegram:channel:1300000009", "vevovu", State.RENAMED, "name_taken"),
        ("telegram:channel:1300000009", None, State.UNKNOWN, "no_name"),
        ("telegram:account:700000001", "@vevovu", State.PRESENT, "user_present"),
        ("telegram:channel:chat55", None, State.MOVED, "group_migrated"),
        ("telegram:channel:chat56", None, State.UNKNOWN, "not_shown"),
        ("telegram:channel:+AbCdEfGh12345678", None, State.PRESENT, "invite_valid"),
        ("telegram:channel:+AbCdEfGh00000000", None, State.UNKNOWN, "invite_expired"),
    ],
)
def test_looks_by_name(desk: Desk, subject: str, handle: str | None, state: State, rule: str) -> None:
    _, verdict = look(desk, subject, handle)
    assert (verdict.state, verdict.rule) == (state, f"telegram.{rule}")
    assert desk.server is not None
    assert set(desk.server.methods) <= READS


@pytest.mark.parametrize(
    ("subject", "handle", "key", "state", "rule", "asked"),
    [
        ("telegram:channel:1300000001", "babebi", 7 * 1300000001, State.PRESENT, "channel_present", ["GetChannels"]),
        ("telegram:channel:1300000001", "oldname", 7 * 1300000001, State.RENAMED, "new_name", ["GetChannels"]),
        ("telegram:channel:1300000001", None, 5, State.UNKNOWN, "hash_invalid", ["GetChannels"]),
        ("telegram:channel:1300000001", "babebi", 5, State.PRESENT, "channel_present", ["GetChannels", "ResolveUsername"]),
        ("telegram:channel:1300000004", "kakeki", 7 * 1300000004, State.PRIVATE_OR_PROBER_BLOCKED, "channel_private", ["GetChannels", "ResolveUsername"]),
        ("telegram:channel:1300000005", None, 7 * 1300000005, State.PRIVATE_OR_PROBER_BLOCKED, "channel_forbidden", ["GetChannels"]),
        ("telegram:account:700000002", None, 7 * 700000002, State.CLOSED_UNKNOWN_ACTOR, "account_deleted", ["GetUsers"]),
        ("telegram:account:700000001", None, 5, State.UNKNOWN, "not_shown", ["GetUsers"]),
    ],
)  # fmt: skip
def test_looks_by_id_ask_for_names_only_where_they_must(
    desk: Desk, subject: str, handle: str | None, key: int, state: State, rule: str, asked: list[str]
) -> None:
    native = subject.rpartition(":")[2]
    _, verdict = look(desk, subject, handle, identity=f"{native}:{key}")
    assert (verdict.state, verdict.rule) == (state, f"telegram.{rule}")
    assert desk.server is not None
    assert desk.server.methods == asked
    _, again = look(desk, subject, handle, access_hash=key)
    assert again.rule == verdict.rule


def test_a_person_who_has_the_name_now_is_not_named(desk: Desk) -> None:
    for subject in ("telegram:channel:1300000009", "telegram:account:700000009", "telegram:channel:@vevovu"):
        evidence, verdict = look(desk, subject, "vevovu")
        assert (verdict.rule, verdict.target) == ("telegram.name_taken", "telegram:@vevovu")
        assert dict(evidence.exchanges[-1].facts) == {"kind": "user"}
        assert "700000001" not in evidence.to_json()


def test_what_a_look_by_name_found_is_asked_by_id_the_next_time(desk: Desk) -> None:
    assert desk.server is not None
    _, first = look(desk, "telegram:channel:1300000001", "babebi")
    look(desk, "telegram:channel:1300000001", "babebi", identity=first.identity)
    assert desk.server.methods == ["ResolveUsername", "GetChannels"]


def test_a_short_flood_wait_is_waited_out_in_full(desk: Desk) -> None:
    assert desk.server is not None
    desk.server.world.floods["ResolveUsername"] = [40]
    _, verdict = look(desk, "telegram:channel:1300000001", "babebi")
    assert verdict.state is State.PRESENT
    assert sum(desk.waited) == 40


def test_a_long_flood_wait_leaves_the_account_alone(desk: Desk) -> None:
    server = desk.server
    assert server is not None
    server.world.floods["ResolveUsername"] = [66_230]
    target = target_of("telegram:channel:1300000001", "babebi", identity="1300000001:9100000007")

    async def twice(outside: Outside) -> None:
        with pytest.raises(HostResting) as resting:
            await PROBER.look(target_of("telegram:channel:@babebi"), outside)
        assert resting.value.until == NOW + timedelta(seconds=66_230)
        with pytest.raises(HostResting):
            await PROBER.look(target, outside)

    desk.run(twice)
    assert server.methods == ["ResolveUsername"]


def test_a_session_that_telegram_refuses_is_said_to_be_so(server: Telegram) -> None:
    desk = Desk.at(server, server.session(signed_in=False))
    with pytest.raises(UsageError, match="AUTH_KEY_UNREGISTERED"):
        look(desk, "telegram:channel:1300000001", "babebi")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("telegram.session", "nonsense", "no session"),
        ("telegram.session", "1" + "A" * 352, "no session"),
        ("telegram.api_id", "x", "no number"),
        ("telegram.api_hash", None, "telegram.api_hash is not configured"),
    ],
)
def test_credentials_that_are_none_are_told_without_telling_them(
    desk: Desk, session: str, name: str, value: str | None, says: str
) -> None:
    desk.credentials = {key: told for key, told in desk.credentials.items() if key != name}
    if value is not None:
        desk.credentials[name] = value
    with pytest.raises(UsageError, match=says) as error:
        look(desk, "telegram:channel:1300000001", "babebi")
    assert session not in str(error.value)
    assert "lorem" not in str(error.value)


def test_a_data_centre_that_is_not_there_is_unreachable_and_left_alone(desk: Desk) -> None:
    desk.address = "127.0.0.1:1"
    evidence, verdict = look(desk, "telegram:channel:1300000001", "babebi")
    assert [one.code for one in evidence.exchanges] == ["connect"]
    assert verdict.state is State.UNREACHABLE


def test_a_round_connects_once(desk: Desk) -> None:
    server = desk.server
    assert server is not None

    async def three(outside: Outside) -> None:
        async with AsyncExitStack() as closing:
            kept = replace(outside, closing=closing)
            for subject in ("telegram:channel:@babebi", "telegram:channel:@dadedi", "telegram:channel:@gagegi"):
                await PROBER.look(target_of(subject), kept)

    desk.run(three)
    assert [type(one).__name__ for one in server.asked].count("GetConfigRequest") == 1


def test_the_session_is_nowhere_in_the_evidence(desk: Desk, session: str) -> None:
    evidence, _ = look(desk, "telegram:channel:1300000001", "babebi")
    assert session not in evidence.to_json()


CARD = b'<div class="tgme_page_title"><span>ba</span></div><div class="tgme_page_extra">1 234 subscribers</div>'
NO_CARD = b'<i class="tgme_icon_user"></i> If you have <strong>Telegram</strong>, you can contact <a>@x</a> right away.'
PREVIEW = b'<div class="tgme_channel_info">ba</div><div class="tgme_widget_message_wrap">da</div>'
PAGES: dict[str, Said] = {
    "/s/babebi": Said(200, PREVIEW),
    "/babebi": Said(200, CARD),
    "/s/gagegi": Said(302, b"", {"Location": "/gagegi"}),
    "/gagegi": Said(200, CARD.replace(b"subscribers", b"members")),
    "/s/kakeki": Said(302, b"", {"Location": "/kakeki"}),
    "/kakeki": Said(200, NO_CARD),
    "/s/dadedi": Said(302, b"", {"Location": "/dadedi"}),
    "/dadedi": Said(200, b"<div>" + TERMS.replace("'", "&#39;").encode() + b"</div>"),
    "/s/mamemi": Said(500),
    "/vevovu": Said(200, CARD.replace(b"1 234 subscribers", b"@vevovu")),
    "/+AbCdEfGh12345678": Said(200, CARD.replace(b"subscribers", b"members")),
}


@pytest.mark.parametrize(
    ("subject", "handle", "state", "rule", "paths"),
    [
        ("telegram:channel:1300000001", "babebi", State.PRESENT, "preview_present", ["/s/babebi"]),
        ("telegram:channel:1300000003", "gagegi", State.PRESENT, "page_present", ["/s/gagegi", "/gagegi"]),
        ("telegram:channel:1300000004", "kakeki", State.UNKNOWN, "page_without_card", ["/s/kakeki", "/kakeki"]),
        ("telegram:channel:1300000002", "dadedi", State.REMOVED_BY_PLATFORM, "page_terms", ["/s/dadedi", "/dadedi"]),
        ("telegram:channel:@mamemi", None, State.UNREACHABLE, "unreachable", ["/s/mamemi"]),
        ("telegram:account:700000001", "vevovu", State.PRESENT, "page_present", ["/vevovu"]),
        ("telegram:channel:+AbCdEfGh12345678", None, State.PRESENT, "page_present", ["/+AbCdEfGh12345678"]),
        ("telegram:account:700000001", None, State.UNKNOWN, "no_name", []),
    ],
)
def test_without_a_session_public_pages_are_read(
    subject: str, handle: str | None, state: State, rule: str, paths: list[str]
) -> None:
    def answer(asked: Asked) -> Said:
        return PAGES.get(asked.path, Said(404))

    with serving(answer) as served:
        evidence, verdict = look(Desk(pages=served.url), subject, handle)
        assert [one.path for one in served.asked] == paths
        assert {one.method for one in served.asked} <= {"GET"}
    assert (verdict.state, verdict.rule) == (state, f"telegram.{rule}")
    if rule == "page_present":
        assert "extra" in evidence.exchanges[-1].facts
    assert verdict.identity is None, "a page says no id"


def test_the_world_is_strict() -> None:
    """A request that the stand-in does not know fails the test that made it."""
    from telethon.tl.functions.channels import JoinChannelRequest

    with telegram(World()) as server:
        server.signed_in.add(1)
        answer = server.answer(1, JoinChannelRequest(types.InputChannel(1, 1)))
        assert answer.error_message == "NOT_IN_THIS_WORLD_JoinChannelRequest"
        assert server.strange == ["JoinChannelRequest"]
        server.strange.clear()
