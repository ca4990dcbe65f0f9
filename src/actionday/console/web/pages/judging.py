"""The lineage judge: two subjects side by side, evidence first, the score only after the answer."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from actionday import playbook
from actionday.console.web.render import page, to
from actionday.console.web.visitor import Asking, Changing
from actionday.records import Judged, Relation, Silent

router = APIRouter(prefix="/judge")
RELATIONS = (Relation.SUCCESSOR, Relation.BACKUP, Relation.SIBLING, Relation.SAME_OPERATOR, Relation.RENAME)
Id = Annotated[str, Form(max_length=2000)]


@router.get("")
def judge(request: Request, asking: Asking) -> Response:
    """The next pair that one is asked about."""
    found = playbook.link_queue(asking.settings, 1, asking.clock)
    pair = found["pairs"][0] if found["pairs"] else None
    return page(
        request, "judge.html", asking.session, pair=pair, left=found["left"], note=found["note"], relations=RELATIONS
    )


@router.post("/draw")
def draw(asking: Changing, size: Annotated[int, Form(ge=1, le=500)]) -> Response:
    """Draw pairs for oneself, each with the probability of having been drawn on record."""
    link = playbook.LinkOrder(asking.clock, Silent())
    playbook.link_draw(asking.settings, playbook.DrawOrder(link, size))
    return to("/judge")


@router.post("")
def answer(
    asking: Changing,
    draw: Annotated[str, Form(max_length=64)],
    a: Id,
    b: Id,
    judged: Annotated[Judged, Form()],
    relation: Annotated[Relation | None, Form()] = None,
    why: Annotated[str, Form(max_length=5000)] = "",
) -> Response:
    """Record one answer; what the model had said is told on the next page."""
    named = relation if judged is Judged.POSITIVE else None
    order = playbook.JudgingOrder(a, b, judged, named, why, draw=draw)
    asking.session.shown = playbook.judge(asking.settings, order, asking.clock)
    return to("/judge")
