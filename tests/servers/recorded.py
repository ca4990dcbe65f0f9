"""A stand-in for a Mastodon server: it says what a real one was recorded to say, and what a test changes in it."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import yaml
from tests.wire.served import Asked, Said, Served, serving

HERE = Path(__file__).parents[1] / "recorded" / "mastodon"
HOST, NAME = "localhost:3000", "mastodonpy_test"
ACTOR = f"http://{HOST}/users/{NAME}"
Change = Callable[[dict[str, Any]], object]


def recorded(cassette: str) -> list[tuple[str, int, bytes]]:
    """(path and query, status, body) of a cassette's GET requests, in order."""
    found = yaml.safe_load((HERE / f"{cassette}.yaml").read_text("utf-8"))["interactions"]
    return [
        (one["request"]["uri"].partition(HOST)[2], one["response"]["status"]["code"], _bytes(one["response"]["body"]))
        for one in found
        if one["request"]["method"] == "GET"
    ]


def account() -> dict[str, Any]:
    """The account as the recorded server shows it."""
    (body,) = {body for path, code, body in recorded("test_account_lookup") if "lookup" in path and code == 200}
    made: dict[str, Any] = json.loads(body)
    return made


def statuses() -> list[dict[str, Any]]:
    """The account's statuses as recorded."""
    (body,) = [body for path, _, body in recorded("test_account_statuses_exclude_direct") if "/statuses" in path]
    made: list[dict[str, Any]] = json.loads(body)
    return made


@contextmanager
def mastodon(change: Change = lambda account: None, codes: Mapping[str, int] | None = None) -> Iterator[Served]:
    """A server with that one account. `change` alters it; `codes` are other statuses by path."""
    shown = account()
    change(shown)
    spoken_of = {
        "subject": f"acct:{NAME}@{HOST}",
        "links": [{"rel": "self", "type": "application/activity+json", "href": ACTOR}],
    }
    actor = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": ACTOR,
        "type": "Person",
        "preferredUsername": NAME,
    }
    if shown.get("suspended"):
        actor["suspended"] = True  # type: ignore[assignment]
    if shown.get("moved"):
        actor["movedTo"] = shown["moved"]["uri"]
    first = [*statuses(), *({**statuses()[0], "id": str(n)} for n in (30, 20, 10))]

    def answer(asked: Asked) -> Said:
        parts = urlsplit(asked.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        code = (codes or {}).get(parts.path)
        if code is not None:
            return Said(code, b'{"error":"Gone"}')
        if parts.path == "/.well-known/webfinger":
            known = query.get("resource") == spoken_of["subject"]
            return _said(spoken_of) if known else Said(404)
        if parts.path == f"/users/{NAME}":
            return _said(actor)
        if parts.path == f"/@{NAME}":
            return Said(200, b"<html></html>")
        if parts.path == "/api/v1/accounts/lookup":
            known = unquote(query.get("acct", "")) in (NAME, f"{NAME}@{HOST}")
            return _said(shown) if known else Said(404, b'{"error":"Record not found"}')
        if parts.path == f"/api/v1/accounts/{shown['id']}/statuses":
            return _said(_page(first, query))
        return Said(404, b'{"error":"Not Found"}')

    with serving(answer) as served:
        yield served


def _page(rows: list[dict[str, Any]], query: Mapping[str, str]) -> list[dict[str, Any]]:
    """Two rows a page, newest first, as `max_id` and `since_id` ask."""
    below = [row for row in rows if "max_id" not in query or int(row["id"]) < int(query["max_id"])]
    return [row for row in below if int(row["id"]) > int(query.get("since_id", 0))][:2]


def _said(value: object) -> Said:
    return Said(200, json.dumps(value).encode(), {"Content-Type": "application/json"})


def _bytes(body: Mapping[str, Any]) -> bytes:
    said = body.get("string") or b""
    return said if isinstance(said, bytes) else said.encode()
