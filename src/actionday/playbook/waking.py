"""Wakes people: by mail, webhook or command, as the contact point says, and writes down whom. What fails is said, and tried again at the next look.

Not for: whom and when (`assess.paging`).
"""

import asyncio
import hashlib
import hmac
import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from actionday.assess.paging import Page, Whom, due, page
from actionday.playbook.contact_point import Way
from actionday.playbook.receiving import Desk
from actionday.records import ActiondayError, new_entry_id
from actionday.records.order import Order
from actionday.records.order_event import OrderEvent, OrderStep
from actionday.settings import Settings
from actionday.wire import Http
from actionday.wire.smtp import Smtp

_PATIENCE = 20.0
SIGNATURE = "X-Actionday-Signature"
"""Header of a webhook: HMAC-SHA-256 of the body in hex under the credential `webhook.secret`, where there is one."""


class NotWoken(ActiondayError):
    """One way to somebody failed."""


@dataclass(frozen=True, slots=True)
class Ways:
    """What pages travel by. `smtp` is None where no outgoing mail is set up."""

    http: Http
    smtp: Smtp | None
    settings: Settings


async def wake(desk: Desk, ways: Ways) -> list[str]:
    """Wake whoever is to be woken now. Returns what a person at the terminal has to know, a line each."""
    told = []
    for order in desk.casebook.receipts.unacknowledged(desk.actor):
        whom = due(order, desk.point.pace, desk.now())
        for one in whom:
            told += await _wake_one(desk, ways, order, one)
    return told


async def _wake_one(desk: Desk, ways: Ways, order: Order, whom: Whom) -> list[str]:
    says, failed = page(order, whom, desk.now()), list[str]()
    tries = await asyncio.gather(
        *(_sent(ways, one, says, order) for one in desk.point.ways.get(whom, ())), return_exceptions=True
    )
    for one in tries:
        if isinstance(one, ActiondayError):
            failed.append(f"{whom} not woken for {order.id}: {one}")
        elif isinstance(one, BaseException):
            raise one
    sent = [one for one in tries if isinstance(one, str)]
    if not sent:
        lines = failed or [f"{order.id} waits, and nobody is named to be woken as {whom} ({says.subject})"]
        if whom is Whom.DUTY and failed and desk.point.ways.get(Whom.DEPUTY):
            return lines + await _wake_one(desk, ways, order, Whom.DEPUTY)  # at once: nobody else hears of it
        return lines
    event = OrderEvent(
        new_entry_id("o"), order.id, OrderStep.PAGED, desk.now(), desk.actor.id, f"by {', '.join(sent)}", to=whom.value
    )
    desk.casebook.receipts.follow(desk.actor, event)
    return [f"{whom} woken for {order.id} by {', '.join(sent)}", *failed]


async def _sent(ways: Ways, way: Way, says: Page, order: Order) -> str:
    """Which way it went. Raises ActiondayError where it did not."""
    if way.mail:
        if ways.smtp is None:
            raise NotWoken("no outgoing mail is set up: [mail] in intake.toml")
        await ways.smtp.send(way.mail, says.subject, says.text)
        return "mail"
    body = json.dumps(
        {"receipt": order.id, "kind": order.kind, "whom": says.whom, "subject": says.subject, "text": says.text}
    ).encode()
    if way.webhook:
        return await _posted(ways, way.webhook, body)
    await asyncio.to_thread(_run, way.command, body, ways.settings)
    return "command"


async def _posted(ways: Ways, url: str, body: bytes) -> str:
    secret = ways.settings.credentials("webhook.secret", urlsplit(url).hostname or "")
    headers = {"Content-Type": "application/json"}
    if secret is not None:
        headers[SIGNATURE] = hmac.new(secret.reveal().encode(), body, hashlib.sha256).hexdigest()
    answer = await ways.http.ask("POST", url, headers=headers, body=body)
    if not 200 <= answer.status < 300:
        raise NotWoken(f"the webhook answered {answer.code}")
    return "webhook"


def _run(command: Sequence[str], body: bytes, settings: Settings) -> None:
    """Run the command that the host's own file names, the page as JSON on its standard input."""
    try:
        done = subprocess.run(  # noqa: S603 - the host's own command, no shell
            list(command), input=body, capture_output=True, timeout=_PATIENCE, check=False, env=dict(settings.environment or {})
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotWoken(f"{command[0]}: {error}") from error
    if done.returncode != 0:
        raise NotWoken(f"{command[0]} ended with status {done.returncode}")
