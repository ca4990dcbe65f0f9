"""The watch of a contact point against Dovecot and an SMTP server: clocks from the server's receipt, nobody left asleep, nothing twice or missed after kills."""

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.observe.letters_made import ORDER_TEXT, mail, pdf, signed_mail
from tests.servers.dovecot import PASSWORD, USER, Dovecot, dovecot
from tests.servers.postgres import Postgres, postgres
from tests.servers.smtp import Kept, smtp
from tests.wire.served import Asked, Said, serving

from actionday.playbook.casebooks import actor_of, casebook_of
from actionday.playbook.mailbox import WatchMeans, watch_mailbox
from actionday.playbook.waking import SIGNATURE
from actionday.records import FixedClock, UsageError, new_entry_id
from actionday.records.order import Order
from actionday.records.order_clocks import clocks
from actionday.records.order_event import OrderEvent, OrderStep
from actionday.records.receipt import ReceiptKind
from actionday.settings import Settings, load_settings
from actionday.stores.archive.home import HomePolicy, make_home

NIGHT = datetime(2026, 11, 25, 3, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot() as running:
        yield running


@pytest.fixture(scope="module")
def databases() -> Iterator[Postgres]:
    with postgres() as running:
        yield running


@pytest.fixture
def outgoing() -> Iterator[Kept]:
    with smtp() as kept:
        yield kept


class Night:
    """A host's home, its mailbox, and a clock that only moves when the watch waits."""

    def __init__(self, folder: Path, server: Dovecot, more: str = "", database: str = "") -> None:
        self.folder, self.server, self.box = folder, server, folder.name
        self.clock = FixedClock(NIGHT)
        self.said: list[str] = []
        make_home(folder / "case.d", HomePolicy(), NIGHT)
        (folder / "case.d" / "intake.toml").write_text(
            f'hosts = ["chat.example.org"]\n[mailbox]\nhost = "127.0.0.1"\nport = {server.port}\nuser = "{USER}"\n'
            f'folder = "{self.box}"\nsecurity = "none"\nevery = 15\n{more}'
        )
        self.environment = {
            "ACTIONDAY_HOME": str(folder / "case.d"),
            "ACTIONDAY_BY": "watch",
            "ACTIONDAY_CREDENTIAL_IMAP_PASSWORD": PASSWORD,
            "ACTIONDAY_CREDENTIAL_WEBHOOK_SECRET": "for tests",
            **({"ACTIONDAY_DATABASE": database} if database else {}),
        }

    @property
    def settings(self) -> Settings:
        return load_settings({**os.environ, **self.environment}, self.folder)

    def deliver(self, raw: bytes, at: datetime = NIGHT) -> None:
        self.server.deliver(raw, at, self.box)

    async def _sleep(self, seconds: float) -> None:
        self.clock.move_to(self.clock.now() + timedelta(seconds=seconds))

    def watch(self, rounds: int) -> int:
        """So many looks; a round ends with a wait of 15 seconds on the clock."""
        taken = watch_mailbox(self.settings, WatchMeans(self.clock, self.said.append, self._sleep, rounds))["taken"]
        self.clock.move_to(self.clock.now() + 15 * SECOND)
        return taken

    def orders(self) -> list[Order]:
        with casebook_of(self.settings, self.clock) as casebook:
            assert casebook.verify().fault is None
            assert casebook.receipts.rebuild(actor_of(self.settings, self.clock)) == 0
            return list(casebook.receipts.every(actor_of(self.settings, self.clock)))

    def acknowledge(self, order: Order) -> None:
        actor = actor_of(self.settings, self.clock)
        event = OrderEvent(new_entry_id("o"), order.id, OrderStep.ACKNOWLEDGED, self.clock.now(), actor.id)
        with casebook_of(self.settings, self.clock) as casebook:
            casebook.receipts.follow(actor, event)


def pages(port: int, again: int = 5) -> str:
    return (
        f'[mail]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nfrom = "watch@chat.example.org"\n'
        f'[page]\nagain = {again}\nalone = 2\nduty = [{{mail = "duty@chat.example.org"}}]\ndeputy = [{{mail = "deputy@chat.example.org"}}]\n'
    )


def test_an_order_at_three_wakes_duty_within_a_minute_then_again_then_the_deputy_until_acknowledged(
    tmp_path: Path, server: Dovecot, outgoing: Kept
) -> None:
    night = Night(tmp_path, server, pages(outgoing.port))
    night.deliver(mail("good morning", "lamps", "shop@lamps.example").as_bytes())
    night.clock.move_to(NIGHT + 20 * SECOND)
    night.watch(1)
    assert outgoing.mails == []
    night.deliver(signed_mail(), night.clock.now())
    came = night.clock.now()
    night.watch(4)
    (order,) = [one for one in night.orders() if one.is_order]
    assert order.pages[0].at - came <= 60 * SECOND
    assert [one["To"] for one in outgoing.mails] == ["duty@chat.example.org"]  # once, within the five minutes
    assert clocks(order, night.clock.now())["act"].due == came + timedelta(hours=1)
    night.clock.move_to(came + timedelta(minutes=6))
    night.watch(1)
    night.clock.move_to(came + timedelta(minutes=12))
    night.watch(1)
    assert [one["To"] for one in outgoing.mails][1:] == ["duty@chat.example.org"] * 2 + ["deputy@chat.example.org"]
    night.acknowledge(order)
    night.clock.move_to(came + timedelta(minutes=40))
    night.watch(1)
    assert len(outgoing.mails) == 4
    body = outgoing.mails[0].get_content()
    assert order.id in body
    assert "office.example" not in body + outgoing.mails[0]["Subject"]  # a page names nobody


def test_a_letter_that_was_read_late_has_the_clock_of_its_receipt_and_a_malformed_one_says_what_it_lacks(
    tmp_path: Path, server: Dovecot, outgoing: Kept
) -> None:
    night = Night(tmp_path, server, pages(outgoing.port))
    night.deliver(mail("\n".join(ORDER_TEXT.splitlines()[:9])).as_bytes(), NIGHT - timedelta(minutes=45))
    night.watch(1)
    (order,) = night.orders()
    assert order.letter.received == NIGHT - timedelta(minutes=45)
    assert "Missing in it: locations, reasons" in outgoing.mails[0].get_content()
    with casebook_of(night.settings, night.clock) as casebook:
        (case,) = order.letter.cases
        found = casebook.cases.case(actor_of(night.settings, night.clock), case)
        assert (found.opening.target, found.opening.source) == (f"receipt:{order.id}", "order")


def test_webhook_and_command_wake_too_and_where_duty_cannot_be_reached_the_deputy_is_woken_at_once(
    tmp_path: Path, server: Dovecot
) -> None:
    note = tmp_path / "woken"

    def answer(asked: Asked) -> Said:
        return Said(503 if asked.path == "/duty" else 204)

    with serving(answer) as hook:
        more = (
            f'[page]\nduty = [{{webhook = "{hook.url}/duty"}}]\n'
            f'deputy = [{{webhook = "{hook.url}/deputy"}}, {{command = ["{sys.executable}", "-c", "import sys; open(sys.argv[1], \'ab\').write(sys.stdin.buffer.read())", "{note}"]}}]\n'
        )
        night = Night(tmp_path, server, more)
        night.deliver(pdf())
        night.watch(1)
        told = json.loads(note.read_text())
        assert told["whom"] == "deputy"
        assert [one.path for one in hook.asked if one.path == "/deputy"] == ["/deputy"]
        assert hook.asked[-1].headers[SIGNATURE.lower()]
    (order,) = night.orders()
    assert [one.to for one in order.pages] == ["deputy"]
    assert any("duty not woken" in line for line in night.said)


def test_nobody_named_is_said_and_so_is_a_mailbox_that_went_away(tmp_path: Path, server: Dovecot) -> None:
    night = Night(tmp_path, server)
    night.deliver(signed_mail())
    night.watch(1)
    assert any("nobody is named to be woken" in line for line in night.said)
    (tmp_path / "gone").mkdir()
    gone = Night(tmp_path / "gone", Dovecot(1))
    assert gone.watch(2) == 0
    assert any("cannot be read now" in line for line in gone.said)
    del gone.environment["ACTIONDAY_CREDENTIAL_IMAP_PASSWORD"]
    with pytest.raises(UsageError, match=r"imap\.password"):
        gone.watch(1)


def test_a_folder_that_began_anew_gives_nothing_twice(tmp_path: Path, server: Dovecot) -> None:
    night = Night(tmp_path, server)
    night.deliver(signed_mail())
    night.deliver(signed_mail(), NIGHT + SECOND)  # the same bytes, another receipt: another letter
    assert night.watch(1) == 2
    with server.client() as client:
        client.create("Elsewhere")
        client.select(night.box)
        client.copy("1:2", "Elsewhere")
        client.select("Elsewhere", readonly=True)
        client.delete(night.box)
        client.rename("Elsewhere", night.box)
    assert night.watch(2) == 0
    assert len(night.orders()) == 2


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_kills_lose_nothing_and_repeat_nothing(
    tmp_path: Path, server: Dovecot, database: str, request: pytest.FixtureRequest, databases: Postgres
) -> None:
    night = Night(tmp_path, server, database=databases.emptied() if database == "postgresql" else "")
    letters = [mail(ORDER_TEXT.replace("FR-2026-17", f"FR-{number}")).as_bytes() for number in range(12)]
    for number, raw in enumerate(letters):
        night.deliver(raw, NIGHT + number * SECOND)
    code = (
        "from actionday.playbook.mailbox import WatchMeans, watch_mailbox; from actionday.records import SystemClock\n"
        "from actionday.settings import load_settings; import os, pathlib\n"
        "watch_mailbox(load_settings(os.environ, pathlib.Path.cwd()), WatchMeans(SystemClock(), lambda line: print(line, flush=True), rounds=1))"
    )
    chance = random.Random(7)
    kills = 0
    for _ in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", code], cwd=tmp_path, env={**os.environ, **night.environment}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )  # fmt: skip
        assert process.stdout is not None
        for _ in range(chance.randrange(1, 5)):
            if not process.stdout.readline():
                break
        process.send_signal(signal.SIGKILL)
        kills += process.wait() == -signal.SIGKILL
        process.stdout.close()
    assert kills >= 3
    night.watch(1)
    orders = night.orders()
    assert sorted(one.letter.said["reference"] for one in orders) == sorted(f"FR-{number}" for number in range(12))
    assert sorted(one.letter.received for one in orders) == [NIGHT + number * SECOND for number in range(12)]
    assert len({one.letter.original.sha256 for one in orders}) == 12
    assert all(one.kind is ReceiptKind.ORDER for one in orders)
