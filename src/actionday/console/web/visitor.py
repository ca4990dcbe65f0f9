"""Who asks for a page, and with which settings its action runs. Every page but those for signing in depends on this."""

from dataclasses import replace
from hmac import compare_digest
from typing import Annotated

from fastapi import Depends, Request

from actionday import playbook
from actionday.console.web.sessions import Once, Session, Sessions
from actionday.records import Clock, PermissionRefused
from actionday.settings import Settings


class SignInFirst(Exception):
    """Nobody is signed in."""


class House:
    """What the server was started with. `secure`: the browser speaks TLS to us, or to what stands before us."""

    def __init__(self, settings: Settings, clock: Clock, *, secure: bool) -> None:
        self.settings, self.clock, self.secure = settings, clock, secure
        self.sessions, self.first = Sessions(clock), Once()

    @property
    def cookie(self) -> str:
        """The name of the session's cookie."""
        return "__Host-actionday" if self.secure else "actionday"


class Visitor:
    """Somebody who is signed in. `settings` make them the one who acts."""

    def __init__(self, house: House, session: Session) -> None:
        self.house, self.session, self.clock = house, session, house.clock
        self.settings = replace(house.settings, acting=session.actor)


def house_of(request: Request) -> House:
    """What the server was started with."""
    house: House = request.app.state.house
    return house


def visitor(request: Request) -> Visitor:
    """Who asks. Raises SignInFirst for nobody; roles are asked for at every page, so what an administrator took away is gone at once."""
    house = house_of(request)
    token = request.cookies.get(house.cookie)
    session = house.sessions.of(token)
    if session is None:
        raise SignInFirst
    now = playbook.as_they_are(house.settings, session.actor, house.clock)
    if now is None:
        house.sessions.end(token)
        raise SignInFirst
    house.sessions.renew(session, now)
    return Visitor(house, session)


Asking = Annotated[Visitor, Depends(visitor)]


async def changing(request: Request, asking: Asking) -> Visitor:
    """Who sends a form, which must be one that we gave them. Raises PermissionRefused."""
    csrf = (await request.form()).get("csrf")
    if not isinstance(csrf, str) or not compare_digest(csrf.encode(), asking.session.csrf.encode()):
        raise PermissionRefused(asking.session.actor.id, "send a form that is not theirs")
    return asking


Changing = Annotated[Visitor, Depends(changing)]
