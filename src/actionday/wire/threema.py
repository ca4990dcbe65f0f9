"""Threema's Gateway as far as looking goes: the public key of an id. Nothing is sent.

Address, parameters and codes as the Gateway's documentation and SDKs give them: 200 with the key in hex, 401 where id or secret are not
accepted, 404 where no id matches, 500 for a passing fault. The secret travels in the query, so answers are told without it.
Not for: messages, and looking up people by telephone number or e-mail address.
"""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from actionday.records import Secret
from actionday.wire.http import Answer, Http

GATEWAY = "https://msgapi.threema.ch"
PUBKEYS = "/pubkeys/{id}"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, told without whom it was about and without the secret, and its answer."""

    endpoint: str
    answer: Answer


class Threema:
    """The Gateway, with the id and secret of one's own Gateway account."""

    def __init__(self, http: Http, base: str, identity: Secret, secret: Secret) -> None:
        self._http, self._base = http, base.rstrip("/")
        self._identity, self._secret = identity, secret

    async def key(self, native: str) -> Asked:
        """The public key of an id."""
        mine = urlencode({"from": self._identity.reveal(), "secret": self._secret.reveal()})
        answer = await self._http.ask("GET", f"{self._base}/pubkeys/{quote(native, safe='*')}?{mine}", max_bytes=4_096)
        return Asked(f"GET {self._base}{PUBKEYS}", answer)
