"""The queue, one case and what can be done with it, and the page on which it is read. Taking and opening are forms: a look is a step on record."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from actionday import playbook
from actionday.console.web.render import page, to
from actionday.console.web.visitor import Asking, Changing
from actionday.records.case import Stage
from actionday.records.reading import Confidence, Opinion, Purpose

router = APIRouter()
CaseId = Annotated[str, Path(pattern="c-[0-9a-f]{32}")]
Why = Annotated[str, Form(max_length=5000)]


@router.get("/queue")
def queue(request: Request, asking: Asking, stage: Stage | None = None) -> Response:
    """What waits and why in this order, or cases at another stage."""
    found = playbook.assess_queue(asking.settings, asking.clock, 50, None, [stage] if stage else [])
    return page(
        request, "queue.html", asking.session, **found, stage=stage.value if stage else None, stages=list(Stage)
    )


@router.post("/queue/next")
def next_case(asking: Changing) -> Response:
    """Take the case that comes next."""
    asking.session.open = playbook.open_case(asking.settings, asking.clock) or None
    if asking.session.open is None:
        asking.session.shown = {"nothing": True}
        return to("/queue")
    return to("/read")


@router.get("/cases/{case}")
def case_page(request: Request, asking: Asking, case: CaseId) -> Response:
    """Where a case stands and everything that happened to it; not its evidence, which is opened."""
    found = playbook.case_history(asking.settings, case, asking.clock)
    return page(request, "case.html", asking.session, case=found)


@router.post("/cases/{case}/open")
def open_case(asking: Changing, case: CaseId) -> Response:
    """Open a case with its evidence; it is claimed where it waits for whoever asks."""
    asking.session.open = playbook.open_case(asking.settings, asking.clock, case)
    return to("/read")


@router.get("/read")
def reading_page(request: Request, asking: Asking) -> Response:
    """The case that one has open: evidence first, then the form. Not what was sealed or erased meanwhile, nor for who may not read any more."""
    found, asking.session.open = asking.session.open, None
    if found is None:
        return to("/queue")
    if playbook.case_history(asking.settings, found["case"], asking.clock)["sealed"]:
        return to(f"/cases/{found['case']}")
    asking.session.open = found
    return page(
        request, "read.html", asking.session, case=found, opinions=list(Opinion), confidences=list(Confidence), purposes=list(Purpose)
    )  # fmt: skip


class ReadingForm(BaseModel):
    """The form of a reading, as browsers send it."""

    case: str = Field(pattern="c-[0-9a-f]{32}")
    opinion: Opinion
    why: str = Field(max_length=5000)
    true_purpose: str = Field(max_length=5000)
    confidence: Confidence = Confidence.MEDIUM
    purposes: list[Purpose] = Field(default_factory=list)
    protection: Literal["none", "doubt", "protected"] = "none"
    ground: str = Field(default="", max_length=200)
    quote: str = Field(default="", max_length=5000)
    translation: str = Field(default="", max_length=5000)

    def order(self) -> playbook.ReadingOrder:
        """What the playbook is asked for."""
        return playbook.ReadingOrder(
            self.case,
            self.opinion,
            self.why,
            self.true_purpose,
            self.confidence,
            tuple(self.purposes),
            self.protection == "protected",
            self.protection == "doubt",
            self.ground if self.opinion is Opinion.GROUND_HOLDS else "",
            self.quote.replace("\r\n", "\n"),
            self.translation,
        )


@router.post("/read")
def read(asking: Changing, form: Annotated[ReadingForm, Form()]) -> Response:
    """Record one reading. It can be taken back for ten minutes."""
    told = playbook.read_case(asking.settings, form.order(), asking.clock)
    asking.session.open = None
    asking.session.shown = {"read": form.opinion.value, "quote_found": told.get("quote_found")}
    return to(f"/cases/{form.case}")


@router.post("/cases/{case}/undo")
def undo(asking: Changing, case: CaseId) -> Response:
    """Take one's own reading back."""
    playbook.undo_reading(asking.settings, case, asking.clock)
    return to(f"/cases/{case}")


@router.post("/cases/{case}/release")
def release(asking: Changing, case: CaseId, why: Why = "") -> Response:
    """Give a case back unread."""
    playbook.release_case(asking.settings, case, asking.clock, why)
    asking.session.open = None
    return to("/queue")


@router.post("/cases/{case}/escalate")
def escalate(asking: Changing, case: CaseId, why: Why) -> Response:
    """Say that it needs somebody of more experience."""
    playbook.escalate(asking.settings, case, why, asking.clock)
    asking.session.open = None
    return to(f"/cases/{case}")


@router.post("/cases/{case}/close")
def close(asking: Changing, case: CaseId, why: Why) -> Response:
    """Close it without an answer."""
    playbook.close_case(asking.settings, case, why, asking.clock)
    asking.session.open = None
    return to(f"/cases/{case}")


@router.post("/cases/{case}/contest")
def contest(asking: Changing, case: CaseId, reference: Annotated[str, Form(max_length=200)], why: Why) -> Response:
    """Record what a content provider says against a finding."""
    playbook.contest(asking.settings, case, reference, why, asking.clock)
    return to(f"/cases/{case}")


@router.post("/cases/{case}/decide")
def decide(
    asking: Changing, case: CaseId, why: Why, decision: Annotated[str, Form(pattern="upheld|rejected")]
) -> Response:
    """Decide on a contest."""
    playbook.decide_contest(asking.settings, case, decision == "upheld", why, asking.clock)
    return to(f"/cases/{case}")


@router.post("/cases/{case}/threat")
def threat(asking: Changing, case: CaseId, why: Why) -> Response:
    """A threat to life: the message to the authority, at once."""
    asking.session.shown = {"threat": playbook.threat(asking.settings, case, why, asking.clock)}
    return to(f"/cases/{case}")


@router.post("/cases/{case}/threat-receipt")
def threat_receipt(
    asking: Changing, case: CaseId, number: Annotated[str, Form(max_length=64)], receipt: Why
) -> Response:
    """What the authority answered."""
    playbook.threat_receipt(asking.settings, case, number, receipt, asking.clock)
    return to(f"/cases/{case}")


@router.post("/cases/{case}/seal")
def seal(asking: Changing, case: CaseId, why: Why) -> Response:
    """Child abuse: sealed, and the hotline."""
    asking.session.shown = {"sealed": playbook.seal(asking.settings, case, why, asking.clock)}
    asking.session.open = None
    return to(f"/cases/{case}")
