"""What was decided, in order, and whether the chain is whole."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from actionday import playbook
from actionday.console.web.render import page, to
from actionday.console.web.visitor import Asking, Changing

router = APIRouter(prefix="/ledger")


@router.get("")
def ledger(request: Request, asking: Asking, before: int | None = None) -> Response:
    """The newest entries, or those below a number."""
    found = playbook.ledger_entries(asking.settings, before, 50, asking.clock)
    return page(request, "ledger.html", asking.session, **found)


@router.post("/verify")
def verify(asking: Changing) -> Response:
    """Walk along the chain."""
    asking.session.shown = playbook.verify_casebook(asking.settings, None, None, asking.clock)
    return to("/ledger")
