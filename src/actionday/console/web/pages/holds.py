"""Holds: what an authority asked to leave alone, until when; set and lifted."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from actionday import playbook
from actionday.console.web.render import page, to
from actionday.console.web.visitor import Asking, Changing
from actionday.records import Permission

router = APIRouter(prefix="/holds")
Text = Annotated[str, Form(max_length=2000)]


@router.get("")
def holds(request: Request, asking: Asking) -> Response:
    """Holds that run."""
    found = playbook.holds(asking.settings, asking.clock)
    may_hold = Permission.HOLD in asking.session.actor.permissions
    return page(request, "holds.html", asking.session, holds=found, may_hold=may_hold)


@router.post("")
def hold(asking: Changing, target: Text, authority: Text, until: Annotated[datetime, Form()], why: Text) -> Response:
    """Hold a target; the time is in UTC."""
    playbook.hold_target(asking.settings, target, authority, until.replace(tzinfo=UTC), why, asking.clock)
    return to("/holds")


@router.post("/lift")
def lift(asking: Changing, hold: Annotated[str, Form(max_length=64)], why: Text) -> Response:
    """End one before its time."""
    playbook.lift_hold(asking.settings, hold, why, asking.clock)
    return to("/holds")
