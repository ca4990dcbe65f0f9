"""The fediverse's client: which addresses are followed, how outboxes are paged, what of WebFinger is read."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.observe.outsides import NOW, with_outside
from tests.wire.served import Asked, Said, serving

from actionday.observe.outside import Outside
from actionday.wire.fediverse import Asked as Said_
from actionday.wire.fediverse import Fediverse, link_of, object_of
from actionday.wire.http import Answer


def client(base: str) -> Callable[[Outside], Fediverse]:
    return lambda outside: Fediverse(outside.http, lambda host: base)


def paged(pages: dict[str, Any], most: int = 10) -> list[str]:
    """The paths that are asked for when the outbox at ``/box`` is read."""

    def answer(asked: Asked) -> Said:
        said = pages.get(asked.path)
        return Said(404) if said is None else Said(200, json.dumps(said).encode().replace(b"BASE", served.url.encode()))

    with serving(answer) as served:

        async def act(outside: Outside) -> list[Said_]:
            fediverse = client(served.url)(outside)
            return [
                one async for one in fediverse.outbox(f"{served.url}/box", lambda said: said.get("stop") is True, most)
            ]

        with_outside(act)
        return [one.path for one in served.asked]


@pytest.mark.parametrize(
    ("pages", "asked"),
    [
        (
            {"/box": {"first": "BASE/1"}, "/1": {"orderedItems": [], "next": "BASE/2"}, "/2": {"orderedItems": []}},
            ["/box", "/1", "/2"],
        ),
        ({"/box": {"orderedItems": []}}, ["/box"]),
        ({"/box": {"first": {"orderedItems": [], "next": "BASE/2"}}, "/2": {}}, ["/box", "/2"]),
        ({"/box": {"first": "BASE/1"}, "/1": {"orderedItems": [], "next": "BASE/1"}}, ["/box", "/1"]),
        ({"/box": {"first": "BASE/1"}, "/1": {"orderedItems": [], "stop": True, "next": "BASE/2"}}, ["/box", "/1"]),
        ({"/box": {"first": "https://elsewhere.example/1"}}, ["/box"]),
        ({"/box": {"first": "file:///etc/passwd"}}, ["/box"]),
        ({"/box": {"first": 7}}, ["/box"]),
        ({"/box": ["no object"]}, ["/box"]),
        ({}, ["/box"]),
    ],
)
def test_an_outbox_is_paged_at_its_own_host(pages: dict[str, Any], asked: list[str]) -> None:
    assert paged(pages) == asked


def test_paging_has_a_bound() -> None:
    endless = {f"/{n}": {"orderedItems": [], "next": f"BASE/{n + 1}"} for n in range(50)}
    assert len(paged({"/box": {"first": "BASE/0"}, **endless}, most=7)) == 7


@pytest.mark.parametrize(
    ("url", "followed"),
    [
        ("https://any.example/users/a", True),
        ("http://own.example:3000/users/a", True),
        ("http://any.example/users/a", False),
        ("file:///etc/passwd", False),
        ("gopher://any.example/", False),
        ("//any.example/x", False),
        ("", False),
    ],
)
def test_only_https_and_named_bases_are_followed(url: str, followed: bool) -> None:
    async def act(outside: Outside) -> bool:
        bases = {"own.example:3000": "http://own.example:3000"}
        return Fediverse(outside.http, lambda host: bases.get(host, f"https://{host}")).may_follow(url)

    assert with_outside(act) is followed


@pytest.mark.parametrize(
    ("body", "href"),
    [
        (
            {"links": [{"rel": "self", "type": "application/activity+json", "href": "https://a.example/u"}]},
            "https://a.example/u",
        ),
        ({"links": [{"rel": "self", "type": "text/html", "href": "x"}]}, None),
        ({"links": [{"rel": "self", "type": "application/activity+json", "href": 7}]}, None),
        ({"links": ["self", None, 5]}, None),
        ({"links": {"rel": "self"}}, None),
        ([], None),
    ],
)
def test_links_of_webfinger(body: object, href: str | None) -> None:
    answer = Answer("https://a.example", NOW, 200, {}, json.dumps(body).encode())
    assert link_of(answer, "self", "activity") == href


@pytest.mark.parametrize("body", [b"", b"null", b"[1]", b"{", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_object_is_an_empty_one(body: bytes) -> None:
    assert object_of(Answer("https://a.example", NOW, 200, {}, body)) == {}
