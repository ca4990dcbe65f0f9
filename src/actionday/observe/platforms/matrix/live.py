"""Fetch a Matrix room that outsiders may read: its state, members and power levels included, and its messages, without joining.

Only rooms whose history is `world_readable` now: a homeserver shows those to any of its accounts. Where the account happens to be in
another room, that room is not read either. Answers are written as they come, an event a line, for the `synapse_export` reader.
Not for: accounts, private rooms (their members export them, on an order or consent).
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from actionday.observe.live import Collected
from actionday.observe.outside import Outside, Target
from actionday.observe.platforms.matrix import ids
from actionday.observe.platforms.matrix.homeserver import ADMIN, TOKEN, client
from actionday.observe.platforms.matrix.queue import queue
from actionday.observe.reports import Report
from actionday.records import InputError
from actionday.wire.http import Answer
from actionday.wire.matrix import Matrix

MOST_PAGES = 20_000
_KEPT = ("type", "room_id", "sender", "origin_server_ts", "event_id", "state_key", "content", "unsigned")
_UNSIGNED = ("prev_content", "redacted_because")


class MatrixLive:
    """Reads world-readable rooms through the homeserver that the settings name."""

    name = "matrix"
    title = "World-readable Matrix rooms"
    version = 1
    platforms = ("matrix",)
    format = "synapse_export"
    extra = ""
    credentials: tuple[str, ...] = (TOKEN,)
    sees = (
        "Your homeserver sees what your account reads. A room that your homeserver does not hold is not fetched, since it would have to "
        "join it for that. The account joins, sends and marks nothing."
    )

    async def collect(self, target: Target, cursor: str | None, folder: Path, outside: Outside) -> Collected:
        """The room's state as it is now and all messages since `cursor`, which is the API's own."""
        if target.kind != "channel":
            raise InputError(
                target.subject, "accounts are not read live on Matrix", "name a room: matrix:channel:!room:server"
            )
        server = client(outside, lambda host: outside.need(TOKEN, host))
        room = await _room(server, target)
        path = folder / "events.jsonl"
        await _check_readable(server, room, target)
        with path.open("wb") as file:
            count, cursor = await _messages(server, room, cursor, file)
            state = _good((await server.state(room)).answer, target, "its state cannot be read")
            _write(file, state if isinstance(state, list) else [], room)  # last, since the last word counts
        return Collected((path,), cursor, f"{count} events of {room}")

    async def reports(self, base: str, known: Sequence[str], outside: Outside) -> Sequence[Report]:
        """What users reported to one's own homeserver; the token is an administrator's."""
        token = outside.need(ADMIN, urlsplit(base).netloc)
        return await queue(Matrix(outside.http, base, token), known)


async def _room(server: Matrix, target: Target) -> str:
    if ids.is_room(target.native):
        return target.native
    said = _good((await server.resolve(target.native)).answer, target, "its alias cannot be resolved")
    room = said.get("room_id")
    if not ids.is_room(room):
        raise InputError(target.subject, "its alias leads to no room")
    return str(room)


async def _check_readable(server: Matrix, room: str, target: Target) -> None:
    why = "the homeserver does not show it to outsiders (not world-readable, or not held there)"
    said = _good((await server.visibility(room)).answer, target, why)
    if not isinstance(said, dict) or said.get("history_visibility") != "world_readable":
        raise InputError(
            target.subject, "the room is not world-readable", "its members can export it, on an order or consent"
        )


async def _messages(server: Matrix, room: str, cursor: str | None, file: BinaryIO) -> tuple[int, str | None]:
    """Write pages from the cursor on; returns how many events, and where the last page ended."""
    count = 0
    for _ in range(MOST_PAGES):
        answer = (await server.messages(room, cursor)).answer
        page = answer.json() if answer.status == 200 and not answer.cut else None
        if not isinstance(page, dict) or not isinstance(page.get("chunk"), list):
            raise InputError(f"matrix:channel:{room}", f"reading on failed after {count} events: {answer.code}")
        count += _write(file, page["chunk"], room)
        end = page.get("end")
        if not isinstance(end, str) or end == cursor:
            break  # an empty page is not the end, a page without `end` is
        cursor = end
    return count, cursor


def _good(answer: Answer, target: Target, why: str) -> Any:  # noqa: ANN401 - what JSON holds
    if answer.status != 200 or answer.cut:
        said = answer.json()
        code = said.get("errcode") if isinstance(said, dict) else answer.detail
        raise InputError(target.subject, f"{why}: {answer.code} {code or ''}".rstrip())
    return answer.json()


def _write(file: BinaryIO, events: list[Any], room: str) -> int:
    """Events a line each, of the room asked for only, without what the server says to this account alone (ages, own membership)."""
    count = 0
    for event in events:
        if isinstance(event, dict) and event.get("room_id", room) == room:
            file.write(json.dumps(_clean(event, room), ensure_ascii=False).encode("utf-8", "replace") + b"\n")
            count += 1
    return count


def _clean(event: Mapping[str, Any], room: str) -> dict[str, Any]:
    kept = {"room_id": room, **{key: event[key] for key in _KEPT if key in event}}
    unsigned = event.get("unsigned")
    if isinstance(unsigned, dict):
        kept["unsigned"] = {key: unsigned[key] for key in _UNSIGNED if key in unsigned}
    return kept
