"""Leads become cases: what is pasted is read line by line and shown first; nothing is opened before that."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from actionday import playbook
from actionday.console.web.render import page
from actionday.console.web.visitor import Asking, Changing

router = APIRouter(prefix="/add")


@router.get("")
def add(request: Request, asking: Asking) -> Response:
    """The form."""
    return page(request, "add.html", asking.session, text="", told=None, opened=False)


@router.post("")
def read(
    request: Request,
    asking: Changing,
    text: Annotated[str, Form(max_length=500_000)],
    step: Annotated[str, Form(pattern="look|open")] = "look",
) -> Response:
    """How each line is read; with `open`, a case for each that has none."""
    text = text.replace("\r\n", "\n")  # as forms send lines
    order = playbook.LeadOrder((text,), dry=step == "look")
    told = playbook.add_leads(asking.settings, order, asking.clock)
    return page(request, "add.html", asking.session, text=text, told=told, opened=step == "open")
