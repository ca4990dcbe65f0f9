"""Who works here: a list for everybody; inviting, confirming, roles and leaving for administrators."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from actionday import playbook
from actionday.console.web.render import page, to
from actionday.console.web.visitor import Asking, Changing
from actionday.records import Permission, Role

router = APIRouter(prefix="/people")


@router.get("")
def people(request: Request, asking: Asking) -> Response:
    """Everybody who ever was enrolled, and who waits."""
    found = playbook.people(asking.settings, asking.clock)
    mine = Permission.ENROL in asking.session.actor.permissions
    waiting = playbook.requests(asking.settings, asking.clock) if mine else []
    return page(request, "people.html", asking.session, people=found, waiting=waiting, roles=list(Role), may_enrol=mine)


@router.post("/invite")
def invite(
    request: Request,
    asking: Changing,
    name: Annotated[str, Form(max_length=200)],
    roles: Annotated[list[Role], Form()],
) -> Response:
    """Invite somebody. The link is shown once."""
    token = playbook.invite(asking.settings, name, roles, asking.clock)
    asking.session.shown = {"invited": name, "link": f"{request.base_url}join?token={token}"}
    return to("/people")


@router.post("/confirm")
def confirm(asking: Changing, login: Annotated[str, Form(max_length=32)]) -> Response:
    """Enrol who made a key."""
    playbook.confirm(asking.settings, login, asking.clock)
    return to("/people")


@router.post("/change")
def change(
    asking: Changing,
    person: Annotated[str, Form(max_length=64)],
    why: Annotated[str, Form(max_length=2000)] = "",
    roles: Annotated[list[Role] | None, Form()] = None,
) -> Response:
    """Other roles; none: they work here no more."""
    playbook.change_person(asking.settings, person, roles or [], None, why, asking.clock)
    return to("/people")
