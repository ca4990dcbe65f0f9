"""The form that an order is answered with: Annex II or III, filled in from what was recorded, by `refer.forms`. A person sends it.

The forms say on their face that they were not compared with the published text. Not for: recording that it left (`intaking`).
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from actionday.playbook.contact_point import Host
from actionday.records import InputError, UsageError
from actionday.records import order_event as events
from actionday.records.order import Order
from actionday.refer.forms import Document, Feedback, Impossibility, Measure, Obstacle, document, pdf, plain_text
from actionday.refer.package import Language, Moment

SUFFIXES = (".pdf", ".txt", ".json")


def answer_form(order: Order, host: Host, now: datetime) -> Feedback | Impossibility:
    """The answer as things stand: what was done, or why it could not be. Raises UsageError where there is neither."""
    said = order.letter.said
    to: dict[str, Any] = {
        "addressee": said.get("addressee", "") or host.provider or host.provider_representative,
        "issuing_authority": said.get("authority_name", ""),
        "authority_reference": said.get("reference", ""),
        "reference": order.id,
        "received_at": Moment(order.letter.received),
        "provider": host.provider,
        "provider_representative": host.provider_representative,
        "authorised_person": host.authorised_person,
        "contact_email": host.contact_email,
        "signed_at": Moment(now.astimezone(UTC)),
    }
    if order.disabled is not None:
        assert order.disabled.outcome is not None
        state = host.member_state_of_establishment
        done, at = Measure(order.disabled.outcome.value), Moment(order.disabled.at)
        return Feedback(**to, member_state_of_establishment=state, measure=done, measure_at=at)
    if order.impossible is None:
        raise UsageError(f"{order.id}: there is nothing to answer with yet: no measure, no impossibility, no doubt")
    reasons, why = order.impossible.obstacles, order.impossible.why
    lacking = ", ".join(one.name for one in order.letter.missing)
    unclear = set(reasons) - {events.Obstacle.IMPOSSIBLE}
    clarification = "; ".join(filter(None, (why, lacking and f"not filled in: {lacking}"))) if unclear else ""
    explanation = why if events.Obstacle.IMPOSSIBLE in reasons else ""
    boxes = tuple(Obstacle(one.value) for one in reasons)
    return Impossibility(
        **to, obstacles=boxes, explanation=explanation, clarification=clarification, signature=host.authorised_person
    )


def answer_document(order: Order, host: Host, language: str, now: datetime) -> Document:
    """The form in one of the Union's languages that there are. Raises UsageError."""
    try:
        return document(answer_form(order, host, now), Language(language))
    except ValueError as error:
        raise UsageError(f"no annex in {language!r}: {error}") from error


def write_document(made: Document, out: Path) -> None:
    """Write it as PDF, text or JSON, by the name's end. Raises UsageError for another end, or a file that is there, InputError."""
    if out.suffix not in SUFFIXES:
        raise UsageError(f"{out} ends in none of {', '.join(SUFFIXES)}")
    if out.exists():
        raise UsageError(f"{out} is there already")
    data = (
        pdf(made) if out.suffix == ".pdf" else (plain_text(made) if out.suffix == ".txt" else made.to_json()).encode()
    )
    try:
        out.write_bytes(data)
    except OSError as error:
        raise InputError(str(out), f"cannot be written: {error.strerror}") from error
