"""Who is signed in: sessions in memory, each with the person's opened key. A restart signs everybody out, since no key is kept open on disk.

Not for: whether a passphrase fits (`playbook.doors`).
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from actionday.records import Actor, Clock

IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=12)
"""A session ends after so long without a page, and after so long at all."""
TRIES, PAUSE = 5, timedelta(minutes=15)
"""So many failures at one name, and it is not tried for so long."""


@dataclass(slots=True)
class Session:
    """One person in one browser. `shown` is told once, on the next page; `open` is the case that they read."""

    login: str
    actor: Actor = field(repr=False)
    begun: datetime
    seen: datetime
    second_factor: bool
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    shown: dict[str, Any] | None = None
    open: dict[str, Any] | None = field(default=None, repr=False)

    def over(self, now: datetime) -> bool:
        """Whether it has ended."""
        return now - self.seen > IDLE or now - self.begun > LONGEST


class Sessions:
    """All sessions of one server, by the digest of their token, so that no list of them is good for signing in."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._lock = clock, Lock()
        self._open: dict[str, Session] = {}
        self._failed: dict[str, list[datetime]] = {}

    def begin(self, login: str, actor: Actor, *, second_factor: bool) -> str:
        """A new session. Returns its token, which never was anybody's before."""
        now, token = self._clock.now(), secrets.token_urlsafe(32)
        with self._lock:
            self._open = {key: one for key, one in self._open.items() if not one.over(now)}
            self._open[_digest(token)] = Session(login, actor, now, now, second_factor)
            self._failed.pop(login, None)
        return token

    def of(self, token: str | None) -> Session | None:
        """The session of a token, or None. Being asked for keeps it open."""
        if not token:
            return None
        now, digest = self._clock.now(), _digest(token)
        with self._lock:
            session = self._open.get(digest)
            if session is None or session.over(now):
                self._open.pop(digest, None)
                return None
            session.seen = now
            return session

    def end(self, token: str | None) -> None:
        """End one session."""
        with self._lock:
            self._open.pop(_digest(token or ""), None)

    def end_all_of(self, actor: Actor) -> int:
        """End all sessions of a person. Returns how many there were."""
        with self._lock:
            theirs = [key for key, one in self._open.items() if one.actor.id == actor.id]
            for key in theirs:
                del self._open[key]
        return len(theirs)

    def renew(self, session: Session, actor: Actor) -> None:
        """Give a session the roles that its person has by now."""
        session.actor = replace(actor, sign=session.actor.sign)

    def may_try(self, login: str) -> bool:
        """Whether a name may be tried now."""
        now = self._clock.now()
        with self._lock:
            recent = [at for at in self._failed.get(login, []) if now - at < PAUSE]
            return len(recent) < TRIES

    def failed(self, login: str) -> None:
        """Note a failure at a name."""
        now = self._clock.now()
        with self._lock:
            recent = [at for at in self._failed.get(login, []) if now - at < PAUSE]
            self._failed[login] = [*recent, now][-TRIES:]
            if len(self._failed) > _NAMES:
                self._failed.pop(next(iter(self._failed)))


class Once:
    """A token that is good once: the link that makes the first administrator."""

    def __init__(self) -> None:
        self.token: str | None = secrets.token_urlsafe(24)

    def is_it(self, token: str) -> bool:
        """Whether this is the token."""
        return self.token is not None and hmac.compare_digest(self.token, token)

    def use(self) -> None:
        """It is good no more."""
        self.token = None


_NAMES = 10_000


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
