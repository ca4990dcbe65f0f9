"""The first page: what waits for whoever signed in."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from actionday import playbook
from actionday.console.web.render import page
from actionday.console.web.visitor import Asking
from actionday.records import Permission

router = APIRouter()


@router.get("/")
def start(request: Request, asking: Asking) -> Response:
    """What waits."""
    permissions = asking.session.actor.permissions
    pairs = playbook.link_queue(asking.settings, 0, asking.clock)["left"] if Permission.JUDGE in permissions else None
    reads = Permission.READ in permissions
    cases = playbook.assess_queue(asking.settings, asking.clock, 1)["waiting"] if reads else None
    asked = playbook.requests(asking.settings, asking.clock) if Permission.ENROL in permissions else []
    return page(request, "start.html", asking.session, cases=cases, pairs=pairs, asked=len(asked))
