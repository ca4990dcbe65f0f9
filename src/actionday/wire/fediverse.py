"""The fediverse as one asks it: WebFinger, ActivityPub documents and outboxes, the Mastodon REST API, public pages. Reads only.

Everything is public and unsigned: a server that hands documents to signed requests alone says so, and that is an answer. A document
names others by address; only https is followed, and what the settings name as a server's base. Not for: what an answer means.
"""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from actionday.records import Secret
from actionday.wire.http import Answer, Http

ACTIVITY = 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
WEBFINGER, ACTOR, PAGE, LOOKUP, STATUSES, OUTBOX, PERSON = (
    "webfinger",
    "actor",
    "page",
    "lookup",
    "statuses",
    "outbox",
    "person",
)
_MOST = 4 << 20


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, as a verb and an address without secrets, and the answer."""

    verb: str
    answer: Answer

    @property
    def endpoint(self) -> str:
        """Verb and address."""
        return f"{self.verb} {self.answer.url}"


class Fediverse:
    """A client of any server. `base_of` gives a host's base address, which is ``https://host`` but for one's own and tests."""

    def __init__(self, http: Http, base_of: Callable[[str], str]) -> None:
        self._http, self._base_of = http, base_of

    async def webfinger(self, address: str) -> Asked:
        """RFC 7033 for ``name@host``, asked of the host."""
        host = address.rpartition("@")[2]
        url = f"{self._base_of(host)}/.well-known/webfinger?resource={quote(f'acct:{address}', safe=':@')}"
        return await self._get(WEBFINGER, url, {"Accept": "application/jrd+json, application/json"})

    async def document(self, url: str, verb: str = ACTOR) -> Asked:
        """An ActivityPub document."""
        return await self._get(verb, url, {"Accept": ACTIVITY})

    async def person(self, url: str) -> Asked:
        """A person of diaspora* as JSON."""
        return await self._get(PERSON, url, {"Accept": "application/json"})

    async def page(self, url: str) -> Asked:
        """A public page: what matters is whether there is one."""
        return await self._get(PAGE, url, {"Accept": "text/html"})

    async def lookup(self, server: str, address: str, token: Secret | None = None) -> Asked:
        """What a server with the Mastodon API knows of an account; its own accounts go by their name alone."""
        name, _, host = address.partition("@")
        known = name if host == server else address
        url = f"{self._base_of(server)}/api/v1/accounts/lookup?acct={quote(known, safe='@')}"
        return await self._get(LOOKUP, url, _bearer(token))

    async def outbox(self, url: str, stop: Callable[[dict[str, Any]], bool], most: int) -> AsyncIterator[Asked]:
        """An outbox and then its pages, newest first; ends after `most` documents, where `stop` says so, or at a page that is none."""
        seen: set[str] = set()
        following: str | None = url
        while following and following not in seen and len(seen) < most:
            seen.add(following)
            asked = await self.document(following, OUTBOX)
            yield asked
            said = object_of(asked.answer)
            if asked.answer.status != 200 or not said or stop(said):
                return
            following = self.next_of(said, following)

    def next_of(self, said: dict[str, Any], url: str) -> str | None:
        """The page after this one, at the same host."""
        where = said.get("next") or (said.get("first") if "orderedItems" not in said else None)
        if isinstance(where, dict):  # a first page that comes along
            where = where.get("next") or where.get("id")
        if not isinstance(where, str):
            return None
        whole = urljoin(url, where)
        return whole if urlsplit(whole).netloc == urlsplit(url).netloc and self.may_follow(whole) else None

    def may_follow(self, url: str) -> bool:
        """Whether an address that a document names is asked at all."""
        parts = urlsplit(url)
        return parts.scheme == "https" or (bool(parts.netloc) and url.startswith(self._base_of(parts.netloc) + "/"))

    def base(self, host: str) -> str:
        """The host's base address, without a slash at its end."""
        return self._base_of(host)

    async def _get(self, verb: str, url: str, headers: dict[str, str]) -> Asked:
        return Asked(verb, await self._http.ask("GET", url, headers=headers, max_bytes=_MOST))


def object_of(answer: Answer) -> dict[str, Any]:
    """The answer's body where it is a JSON object, else an empty one."""
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def link_of(answer: Answer, rel: str, kind: str) -> str | None:
    """The address of the first link of a WebFinger answer with that relation and a type that contains `kind`."""
    links = object_of(answer).get("links")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("rel") == rel and kind in str(link.get("type") or ""):
            href = link.get("href")
            return href if isinstance(href, str) else None
    return None


def _bearer(token: Secret | None) -> dict[str, str]:
    told = {"Accept": "application/json"}
    return told if token is None else {**told, "Authorization": f"Bearer {token.reveal()}"}
