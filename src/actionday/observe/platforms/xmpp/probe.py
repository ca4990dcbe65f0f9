"""Is a room still there? Its service is asked what it is (disco#info), without entering. Accounts are not asked for.

Measured on Prosody 0.12.3 and ejabberd 23.01, from an account outside of the room: a room that was destroyed answers ``gone`` on
Prosody for a month, with the alternate venue its owner named and the reason, and ``item-not-found`` on ejabberd, as a room that never
was. Accounts that exist and accounts that do not get the same answers on both, so without the operator they are `unknown`; where one
is the operator, ejabberd's HTTP API says whether an account exists and whether it is banned.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from actionday.observe.outside import Outside, Target
from actionday.observe.platforms.xmpp import questions
from actionday.observe.platforms.xmpp.names import DISCO_INFO, bare, domain, room_of_uri
from actionday.observe.prober import ProbeExample
from actionday.records import Evidence, Exchange, State, Verdict
from actionday.wire.http import Answer
from actionday.wire.xmpp import Reply, Xmpp

_NOT_ASKED = "not-asked"
_ALIKE = "servers answer alike for accounts that exist and for those that do not"
_SHUT = (
    "forbidden",
    "not-authorized",
    "registration-required",
    "subscription-required",
    "not-allowed",
    "policy-violation",
)
_FAR = ("remote-server-not-found", "remote-server-timeout", "name", "connect", "tls", "timeout")


class XmppProber:
    """Asks room services whether rooms are there, and an operator's own ejabberd about accounts."""

    name = "xmpp"
    title = "Service discovery of rooms; accounts by ejabberd's API where one is the operator"
    version = 1
    platforms: tuple[str, ...] = ("xmpp",)
    extra = "xmpp"
    credentials: tuple[str, ...] = questions.CREDENTIALS
    sees = (
        "The room's service sees a service discovery question from the address of your account; people in the room see nothing. "
        "Of an account nobody is asked but the server's own operator."
    )

    def host(self, target: Target) -> str:
        """The room's service, or the account's server."""
        return domain(target.native) or "xmpp"

    async def look(self, target: Target, outside: Outside) -> Evidence:
        """Ask. Raises HostResting, UsageError where no account is configured or its server refuses it."""
        if target.kind == "channel":
            exchanges = await _room(target, outside)
        else:
            exchanges = await _account(target, outside)
        return Evidence(f"{self.name}/{self.version}", outside.vantage, tuple(exchanges))

    def judge(self, target: Target, evidence: Evidence) -> Verdict:
        """Read the evidence; see `_ROOM` and `_of_account` for the table."""
        if not evidence.exchanges:
            return _verdict(State.UNKNOWN, "no_answer", 0.0)
        return _of_room(evidence.exchanges) if target.kind == "channel" else _of_account(evidence.exchanges)

    def examples(self) -> Sequence[ProbeExample]:
        """One for every rule."""
        return _EXAMPLES


async def _room(target: Target, outside: Outside) -> list[Exchange]:
    room = bare(target.native)
    if room is None:
        return [Exchange("disco#info", outside.clock.now(), "jid-malformed", target.native)]
    async with questions.opened(outside) as xmpp:
        first = await xmpp.ask(room, questions.about())
        exchanges = [_exchange(room, first)]
        if first.code == "item-not-found":
            exchanges.append(await _service(room, xmpp))
    return exchanges


async def _service(room: str, xmpp: Xmpp) -> Exchange:
    """Whether the host is a room service at all: only then does "no such room" say something."""
    service = domain(room) or ""
    return _exchange(service, await xmpp.ask(service, questions.about()))


def _exchange(address: str, reply: Reply) -> Exchange:
    facts = {}
    if reply.code == "result" and reply.element is not None:
        query = reply.element.find(f"{{{DISCO_INFO}}}query")
        found = list(query) if query is not None else []
        features = {one.get("var") or "" for one in found if one.tag.endswith("}feature")}
        kinds = {one.get("category") or "" for one in found if one.tag.endswith("}identity")}
        facts = {
            "category": " ".join(sorted(kinds)),
            "muc": " ".join(sorted(f for f in features if f.startswith("muc_"))),
        }
    elif reply.text:
        facts = {"text": reply.text[:200]}
    return Exchange(f"disco#info {address}", reply.at, reply.code, reply.says, reply.sha256, facts)


async def _account(target: Target, outside: Outside) -> list[Exchange]:
    address = bare(target.native)
    host = domain(target.native) or ""
    api = outside.base(f"xmpp.api@{host}", "")
    if address is None or not api:
        return [Exchange(f"account at {host}", outside.clock.now(), _NOT_ASKED, _ALIKE)]
    ask = {"user": address.partition("@")[0], "host": host}
    token = outside.credential("xmpp.api_token", host)
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token.reveal()}"} if token else {})
    body = json.dumps(ask).encode()
    exchanges = []
    for command, read in (("check_account", _exists), ("get_ban_details", _banned)):
        answer = await outside.http.ask("POST", f"{api.rstrip('/')}/{command}", headers=headers, body=body)
        exchanges.append(Exchange(f"{command} at {host}", answer.at, answer.code, read(answer), answer.sha256))
        if exchanges[-1].marker != "exists":
            break
    return exchanges


def _exists(answer: Answer) -> str:
    """The command says 0 where there is such an account and 1 where there is none."""
    told = answer.json()
    return {0: "exists", 1: "absent"}.get(told, "") if answer.status == 200 and type(told) is int else ""


def _banned(answer: Answer) -> str:
    """``banned`` or ``free``; nothing where the server does not know the command, as 23.01 does not."""
    told = answer.json()
    if answer.status != 200:
        return ""
    names = [one.get("name") for one in told if isinstance(one, dict)] if isinstance(told, list) else told
    return ("banned" if "reason" in names or "bandate" in names else "free") if isinstance(names, (list, dict)) else ""


def _verdict(state: State, rule: str, confidence: float, target: str | None = None) -> Verdict:
    return Verdict(state, f"xmpp.{rule}", confidence, target, signal="destroy")


def _of_room(exchanges: Sequence[Exchange]) -> Verdict:
    first = exchanges[0]
    venue = room_of_uri(first.marker)
    if first.code == "result":
        known = first.facts.get("category") == "conference"
        return _verdict(State.PRESENT, "room_answers", 0.95) if known else _verdict(State.UNKNOWN, "not_a_room", 0.5)
    if first.code in ("gone", "redirect") and venue:
        return _verdict(State.MOVED, "gone_with_venue", 0.95, f"xmpp:channel:{venue}")
    if first.code == "gone":
        return _verdict(State.CLOSED_UNKNOWN_ACTOR, "gone", 0.9)
    if first.code == "item-not-found":
        return _no_such_room(exchanges)
    if first.code in _SHUT:
        return _verdict(State.PRIVATE_OR_PROBER_BLOCKED, "refused", 0.8)
    if first.code in _FAR:
        return _verdict(State.UNREACHABLE, "unreachable", 0.5)
    return _verdict(State.UNKNOWN, "unclear", 0.0)


def _no_such_room(exchanges: Sequence[Exchange]) -> Verdict:
    """Says something where the same host answers as a room service; a temporary room is also gone once it is empty."""
    last = exchanges[-1]
    alive = len(exchanges) > 1 and last.code == "result" and "conference" in last.facts.get("category", "").split()
    if alive:
        return _verdict(State.CLOSED_UNKNOWN_ACTOR, "no_such_room", 0.6)
    return _verdict(State.UNKNOWN, "no_such_room_and_no_service", 0.0)


def _of_account(exchanges: Sequence[Exchange]) -> Verdict:
    marks = {one.endpoint.partition(" ")[0]: one for one in exchanges}
    checked, ban = marks.get("check_account"), marks.get("get_ban_details")
    if checked is None:
        return _verdict(State.UNKNOWN, "account_not_told", 1.0 if exchanges[0].code == _NOT_ASKED else 0.0)
    if checked.marker == "absent":
        return _verdict(State.CLOSED_UNKNOWN_ACTOR, "operator_has_no_account", 0.95)
    if checked.marker == "exists" and ban is not None and ban.marker == "banned":
        return _verdict(State.SUSPENDED_REVERSIBLE, "operator_banned", 0.95)
    if checked.marker == "exists" and ban is not None and ban.marker == "free":
        return _verdict(State.PRESENT, "operator_has_account", 0.95)
    if checked.marker == "exists":
        return _verdict(State.PRESENT, "operator_has_account_ban_not_told", 0.7)
    if checked.code in ("401", "403"):
        return _verdict(State.PRIVATE_OR_PROBER_BLOCKED, "operator_refused", 0.8)
    if checked.code in _FAR:
        return _verdict(State.UNREACHABLE, "operator_unreachable", 0.5)
    return _verdict(State.UNKNOWN, "operator_unclear", 0.0)


_AT = datetime(2020, 1, 1, tzinfo=UTC)
_ROOM = Target("xmpp:channel:lo@rooms.example.org", "xmpp", "channel", "lo@rooms.example.org")
_WHO = Target("xmpp:account:al@example.org", "xmpp", "account", "al@example.org")
_SERVICE = Exchange("disco#info rooms.example.org", _AT, "result", "", "c0", {"category": "conference", "muc": ""})


def _asked(code: str, marker: str = "", facts: Mapping[str, str] | None = None) -> Exchange:
    return Exchange("disco#info lo@rooms.example.org", _AT, code, marker, "c1", facts or {})


def _api(command: str, code: str, marker: str) -> Exchange:
    return Exchange(f"{command} at example.org", _AT, code, marker, "c2")


_CASES: tuple[tuple[str, Target, tuple[Exchange, ...], State, str], ...] = (
    ("a room answers", _ROOM, (_asked("result", "", {"category": "conference", "muc": "muc_open muc_public"}),), State.PRESENT, "room_answers"),
    ("something else answers", _ROOM, (_asked("result", "", {"category": "client", "muc": ""}),), State.UNKNOWN, "not_a_room"),
    ("destroyed, and where it went", _ROOM, (_asked("gone", "xmpp:mo@rooms.example.org?join", {"text": "ke"}),), State.MOVED, "gone_with_venue"),
    ("destroyed", _ROOM, (_asked("gone"),), State.CLOSED_UNKNOWN_ACTOR, "gone"),
    ("no such room", _ROOM, (_asked("item-not-found"), _SERVICE), State.CLOSED_UNKNOWN_ACTOR, "no_such_room"),
    ("no such room, no service", _ROOM, (_asked("item-not-found"), _asked("service-unavailable")), State.UNKNOWN, "no_such_room_and_no_service"),
    *((f"refused: {code}", _ROOM, (_asked(code),), State.PRIVATE_OR_PROBER_BLOCKED, "refused") for code in _SHUT),
    *((f"too far: {code}", _ROOM, (_asked(code),), State.UNREACHABLE, "unreachable") for code in _FAR),
    *((f"unclear: {code}", _ROOM, (_asked(code),), State.UNKNOWN, "unclear") for code in ("service-unavailable", "feature-not-implemented", "jid-malformed", "internal-server-error", "resource-constraint", "protocol")),
    ("nothing asked", _ROOM, (), State.UNKNOWN, "no_answer"),
    ("an account", _WHO, (Exchange("account at example.org", _AT, _NOT_ASKED, _ALIKE),), State.UNKNOWN, "account_not_told"),
    ("the operator has it", _WHO, (_api("check_account", "200", "exists"), _api("get_ban_details", "200", "free")), State.PRESENT, "operator_has_account"),
    ("the operator has it, an older server", _WHO, (_api("check_account", "200", "exists"), _api("get_ban_details", "404", "")), State.PRESENT, "operator_has_account_ban_not_told"),
    ("the operator banned it", _WHO, (_api("check_account", "200", "exists"), _api("get_ban_details", "200", "banned")), State.SUSPENDED_REVERSIBLE, "operator_banned"),
    ("the operator has none", _WHO, (_api("check_account", "200", "absent"),), State.CLOSED_UNKNOWN_ACTOR, "operator_has_no_account"),
    ("the operator's server refuses", _WHO, (_api("check_account", "401", ""),), State.PRIVATE_OR_PROBER_BLOCKED, "operator_refused"),
    ("the operator's server is silent", _WHO, (_api("check_account", "timeout", ""),), State.UNREACHABLE, "operator_unreachable"),
    ("the operator's server says something else", _WHO, (_api("check_account", "500", ""),), State.UNKNOWN, "operator_unclear"),
)  # fmt: skip
_EXAMPLES = [
    ProbeExample(name, target, Evidence("xmpp/1", "desk", exchanges), state, f"xmpp.{rule}")
    for name, target, exchanges, state, rule in _CASES
]
