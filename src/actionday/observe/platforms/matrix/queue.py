"""The queue of reports of one's own Synapse: events and users that its users reported, by the admin API, which nothing is changed in.

Reports about whole rooms are stored by Synapse and listed nowhere. Not for: reporting.
"""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from actionday.observe.reports import Report
from actionday.records import InputError
from actionday.wire.matrix import Asked, Matrix

MOST = 300
"""Reports of one call."""
_PAGE = 100
_TEXT = 20_000


async def queue(server: Matrix, known: Sequence[str]) -> list[Report]:
    """Reports that are not known, oldest first. Raises InputError for who is no administrator, or an answer that is none."""
    held = frozenset(known)
    events = await _fresh(server.event_reports, "event_reports", held)
    users = await _fresh(server.user_reports, "user_reports", held)
    found = [_of_event(one, await _detail(server, one)) for one in events] + [_of_user(one) for one in users]
    return sorted(found, key=lambda one: (one.at, one.id))


async def _fresh(
    asks: Callable[[str | None, int], Coroutine[Any, Any, Asked]], name: str, known: frozenset[str]
) -> list[Mapping[str, Any]]:
    """The oldest that are not known, oldest first. Pages come newest first, and one in which all are known ends it: since the oldest are
    always taken first, nothing lies behind it.
    """
    found: list[Mapping[str, Any]] = []
    start: str | None = None
    while True:
        page = _said(await asks(start, _PAGE))
        rows = [one for one in page.get(name, ()) if isinstance(one, dict) and _number(one) is not None]
        fresh = [one for one in rows if f"{name}/{_number(one)}" not in known]
        found += fresh
        following = page.get("next_token")
        if following is None or not fresh or str(following) == start:
            return found[::-1][:MOST]
        start = str(following)


async def _detail(server: Matrix, one: Mapping[str, Any]) -> Mapping[str, Any]:
    """The event itself, as it was when it was reported; nothing where Synapse has it no more."""
    answer = (await server.event_report(str(_number(one)))).answer
    said = answer.json() if answer.status == 200 and not answer.cut else None
    return said if isinstance(said, dict) else {}


def _of_event(one: Mapping[str, Any], detail: Mapping[str, Any]) -> Report:
    room, event = str(one.get("room_id", "")), str(one.get("event_id", ""))
    said = {
        "kind": "user_report",
        "locations": [f"https://matrix.to/#/{room}/{event}"],
        "reasons": str(one.get("reason") or "")[:_TEXT],
        "about": str(one.get("sender", "")),
        "reported_by": str(one.get("user_id", "")),
        "event": detail.get("event_json"),
    }
    return Report(f"event_reports/{_number(one)}", _at(one), said)


def _of_user(one: Mapping[str, Any]) -> Report:
    user = str(one.get("target_user_id", ""))
    said = {
        "kind": "user_report",
        "locations": [f"https://matrix.to/#/{user}"],
        "reasons": str(one.get("reason") or "")[:_TEXT],
        "about": user,
        "reported_by": str(one.get("user_id", "")),
    }
    return Report(f"user_reports/{_number(one)}", _at(one), said)


def _number(one: Mapping[str, Any]) -> int | None:
    number = one.get("id")
    return number if isinstance(number, int) and isinstance(one.get("received_ts"), int) else None


def _at(one: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(one["received_ts"] / 1000, UTC)


def _said(asked: Asked) -> Mapping[str, Any]:
    said = asked.answer.json() if asked.answer.status == 200 and not asked.answer.cut else None
    if not isinstance(said, dict):
        told = asked.answer.json()
        code = told.get("errcode", "") if isinstance(told, dict) else asked.answer.detail
        raise InputError(
            asked.endpoint, f"{asked.answer.code} {code}".strip(), "the token has to be an administrator's"
        )
    return said
