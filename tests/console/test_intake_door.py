"""Intake on both databases: files in any form, steps and refusals, what lies sealed and how long, answers, and what is taken in although all is against it."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.observe.letters_made import ORDER_TEXT, PLACE, mail, signed_mail, signer
from tests.records.casework import HOLDS
from tests.records.received import AT, CALL
from tests.servers.postgres import Postgres, postgres

from actionday import playbook
from actionday.playbook import Reply, Said
from actionday.playbook.casebooks import actor_of, casebook_of
from actionday.playbook.received import sealed_of
from actionday.playbook.receiving import Came, desk_of, take_in
from actionday.records import FixedClock, HomeError, InputError, UsageError, WorkerStopped, new_entry_id
from actionday.records.case_event import CaseEvent, CaseStep, Item
from actionday.records.order_event import Answered, Obstacle, OrderStep, Outcome
from actionday.records.receipt import ReceiptKind, ReceivedBy
from actionday.records.unit import Unit, UnitKind
from actionday.settings import Settings, load_settings
from actionday.stores.archive.home import HomePolicy, make_home
from actionday.stores.casebook import Erasure

S = OrderStep
WRITER = "matrix:account:@writer:chat.example.org"
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def databases() -> Iterator[Postgres]:
    with postgres() as running:
        yield running


class Host:
    """A host's home with a register that knows one certificate, and a clock that tests move."""

    def __init__(self, folder: Path, database: str = "") -> None:
        self.folder, self.clock = folder, FixedClock(AT)
        home = folder / "case.d"
        make_home(home, HomePolicy(), AT)
        environment = {"ACTIONDAY_HOME": str(home), "ACTIONDAY_BY": "moderator"} | (
            {"ACTIONDAY_DATABASE": database} if database else {}
        )
        self.settings: Settings = load_settings({**os.environ, **environment}, folder)
        register = folder / "register.toml"
        register.write_text(
            f'as_of = 2026-11-01\nsource = "a list of tests"\n[[authority]]\nname = "Office of Tests"\nmember_state = "FR"\n'
            f'call_back = "{CALL}"\nroutes = ["@office.example"]\ncertificates = ["{signer().sha256}"]\n'
        )
        playbook.import_authorities(self.settings, register)
        (home / "intake.toml").write_text(
            'hosts = ["chat.example.org"]\n[host]\nprovider = "Chat of Tests"\nmember_state_of_establishment = "FR"\n'
            'authorised_person = "A. Moderator"\ncontact_email = "contact@chat.example.org"\n'
        )

    def file(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        return path

    def take(self, data: bytes, name: str = "letter", received: datetime | None = None) -> dict[str, Any]:
        (told,) = playbook.take_files(self.settings, [self.file(name, data)], self.clock, received)
        return told

    def step(self, asked: str, what: S, **said: Any) -> dict[str, Any]:  # noqa: ANN401
        return playbook.step_received(self.settings, asked, what, Said(**said), self.clock)

    def answer(self, asked: str, **how: Any) -> dict[str, Any]:  # noqa: ANN401
        return playbook.answer_received(self.settings, asked, Reply(**how), self.clock)

    def done(self) -> str:
        """An order that was carried out, by its number."""
        number = str(self.take(signed_mail())["receipt"])
        self.step(number, S.ACKNOWLEDGED)
        self.step(number, S.REAL, public=Answered.YES)
        playbook.preserve(self.settings, number, [self.file("post.json", b"the post")], [WRITER], "", self.clock)
        self.step(number, S.DISABLED, outcome=Outcome.REMOVED)
        return number


@pytest.fixture(params=["sqlite", "postgresql"])
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Host:
    database = "" if request.param == "sqlite" else request.getfixturevalue("databases").emptied()
    return Host(tmp_path, database)


def test_the_same_file_again_is_the_same_receipt_and_its_original_lies_sealed(host: Host) -> None:
    data = signed_mail()
    told = host.take(data, received=AT - timedelta(minutes=20))
    assert (told["new"], told["kind"], told["received"], told["received_by"]) == (
        True,
        "order",
        AT - timedelta(minutes=20),
        "stated",
    )
    assert [one["red"] for one in told["checks"]][:2] == [False, False]
    again = host.take(data, "another name")
    assert (again["new"], again["receipt"], again["received"]) == (False, told["receipt"], told["received"])
    assert sealed_of(host.settings).get(told["original"]["sha256"]) == data
    assert len(playbook.list_received(host.settings, host.clock)) == 1
    assert not any(b"FR-2026-17" in path.read_bytes() for path in (host.settings.home / "sealed").iterdir())


def test_whatever_comes_is_a_receipt_and_a_case(host: Host) -> None:
    with pytest.raises(InputError, match="cannot be opened"):
        playbook.take_files(host.settings, [host.folder / "none"], host.clock)
    broken = (b"", b"\x00" * 50, b"%PDF-1.7 broken", b"{" * 9_000, json.dumps({"kind": "order"}).encode())
    files = [host.file(f"letter {number}", data) for number, data in enumerate(broken)]
    for told in playbook.take_files(host.settings, files, host.clock):
        assert told["new"], told["source"]
        with casebook_of(host.settings, host.clock) as casebook:
            case = casebook.cases.case(actor_of(host.settings, host.clock), told["cases"][0])
            assert case.opening.target == f"receipt:{told['receipt']}"
    kinds = {line["kind"] for line in playbook.list_received(host.settings, host.clock)}
    assert kinds == {"unclear", "order", "other"}


class Dead:
    """A parser that dies of every letter."""

    def ask(self, body: object) -> Iterator[object]:
        raise WorkerStopped("the parser process ended (status -9): too large, or a limit")


def test_a_letter_that_kills_its_parser_is_taken_in_and_wakes_somebody(host: Host) -> None:
    raw = signed_mail()
    with desk_of(host.settings, host.clock) as desk:
        dead = replace(desk, pool=Dead())  # type: ignore[arg-type]
        number, receipt = take_in(dead, Came(raw, AT, ReceivedBy.MAIL_SERVER, "imap://x", "mail 1"))
        assert receipt is not None
        assert (receipt.kind, receipt.unread) == (
            ReceiptKind.UNCLEAR,
            ("the letter: the parser process ended (status -9): too large, or a limit",),
        )
        (order,) = desk.casebook.receipts.unacknowledged(desk.actor)
        assert (order.id, order.is_order) == (number, True)
    assert sealed_of(host.settings).get(receipt.original.sha256) == raw


def test_an_order_about_somebody_who_was_forgotten_is_taken_in_all_the_same(host: Host) -> None:
    with casebook_of(host.settings, host.clock) as casebook:
        casebook.erase(actor_of(host.settings, host.clock), Erasure(frozenset({f"url:{PLACE}"})))
    told = host.take(signed_mail())
    assert (told["new"], told["locations"], len(told["cases"])) == (True, [PLACE], 1)


def test_a_step_that_cannot_follow_is_refused_in_words(host: Host) -> None:
    number = host.take(mail(sender="x@elsewhere.example").as_bytes())["receipt"]
    for what, said, why in (
        (S.DISABLED, {"outcome": Outcome.REMOVED}, "real is not answered"),
        (S.REAL, {}, "call "),
        (S.REAL, {"called": "+1 900"}, "not the register's number"),
        (S.DOUBTFUL, {}, "needs its reason"),
        (S.IMPOSSIBLE, {"why": "x"}, "needs its obstacles"),
        (S.INFORMED, {}, "nothing was disabled"),
    ):
        with pytest.raises(UsageError, match=why):
            host.step(number, what, **said)
    assert host.step(number, S.REAL, called=CALL)["waits_for"] == "acknowledge"
    with pytest.raises(UsageError, match="6 characters"):
        host.step("i-1", S.ACKNOWLEDGED)
    with pytest.raises(UsageError, match="0 receipts begin"):
        host.step("i-zzzzzz", S.ACKNOWLEDGED)
    assert host.step(number[:10], S.ACKNOWLEDGED)["waits_for"] == "preserve"


def test_annex_three_and_annex_two_are_filled_in_and_recorded_when_they_left(host: Host) -> None:
    text = "\n".join(line for line in ORDER_TEXT.splitlines() if not line.startswith("URL"))
    number = host.take(signed_mail(text))["receipt"]
    with pytest.raises(UsageError, match="nothing to answer with"):
        host.answer(number)
    host.step(number, S.REAL)
    told = host.step(number, S.IMPOSSIBLE, obstacles=(Obstacle.INSUFFICIENT,), why="no address")
    assert told["clocks"]["act"]["phase"] == "stopped"
    three = host.answer(number, sent="m-1", out=host.folder / "three.txt")
    assert (three["annex"], three["recorded"], list(three["stamps"])) == ("III", True, ["unverified"])
    assert "locations" in three["fields"]["clarification"]["value"]
    assert "FR-2026-17" in (host.folder / "three.txt").read_text()
    host.clock.move_to(AT + DAY)
    told = host.step(number, S.CLARIFIED, why="the address came by telephone")
    assert told["clocks"]["act"]["due"] == AT + DAY + timedelta(hours=1)
    with pytest.raises(UsageError, match="nothing to answer"):
        host.answer(number, sent="m-2")
    done = host.done()
    two = host.answer(done, out=host.folder / "two.pdf", language="fr")
    assert (two["annex"], two["fields"]["measure"]["value"], two["recorded"]) == ("II", "removed", False)
    assert (host.folder / "two.pdf").read_bytes().startswith(b"%PDF")
    for out, why in (("two.pdf", "there already"), ("two.docx", "ends in none")):
        with pytest.raises(UsageError, match=why):
            host.answer(done, out=host.folder / out)
    with pytest.raises(UsageError, match="no annex in 'ar'"):
        host.answer(done, language="ar")
    (host.settings.home / "intake.toml").unlink()
    with pytest.raises(UsageError, match="who answers was not said"):
        host.answer(done)


def test_what_is_preserved_is_opened_for_a_reason_kept_six_months_and_gone_then(host: Host) -> None:
    number = host.done()
    out = host.folder / "out.json"
    with pytest.raises(UsageError, match="needs its reason"):
        playbook.open_sealed(host.settings, number, "post.json", " ", out, host.clock)
    with pytest.raises(UsageError, match="0 sealed items go by other"):
        playbook.open_sealed(host.settings, number, "other", "asked", out, host.clock)
    told = playbook.open_sealed(host.settings, number, "post.json", "the authority asks", out, host.clock)
    assert out.read_bytes() == b"the post"
    history = playbook.show_received(host.settings, number, host.clock)["history"]
    assert (history[-1]["step"], history[-1]["why"]) == ("opened", "post.json: the authority asks")
    with pytest.raises(UsageError, match="there already"):
        playbook.open_sealed(host.settings, number, "post.json", "again", out, host.clock)
    for day in (100, 180):
        host.clock.move_to(AT + day * DAY)
        assert playbook.retain(host.settings, {}, host.clock)["preserved"] == 0
    with pytest.raises(UsageError, match="Office of Tests may lift"):
        playbook.forget(host.settings, WRITER, "asked", host.clock)
    host.step(number, S.KEPT_LONGER, until=AT + 300 * DAY, authority="Court of Tests", why="an inquiry")
    host.clock.move_to(AT + 200 * DAY)
    assert playbook.retain(host.settings, {}, host.clock)["preserved"] == 0
    with pytest.raises(UsageError, match="Court of Tests may lift"):
        playbook.forget(host.settings, WRITER, "asked", host.clock)
    host.clock.move_to(AT + 301 * DAY)
    assert playbook.retain(host.settings, {}, host.clock)["preserved"] == 1
    with pytest.raises(HomeError, match="nothing lies sealed"):
        sealed_of(host.settings).get(told["sha256"])
    original = playbook.show_received(host.settings, number, host.clock)["original"]["sha256"]
    assert sealed_of(host.settings).holds(original)
    playbook.forget(host.settings, WRITER, "asked", host.clock)
    assert not sealed_of(host.settings).holds(original)
    assert playbook.list_received(host.settings, host.clock, waiting=False) == []


def test_what_two_orders_preserve_stays_as_long_as_one_of_them_runs(host: Host) -> None:
    first = host.done()
    second = host.take(signed_mail(ORDER_TEXT.replace("FR-2026-17", "FR-2026-18")), "second")["receipt"]
    host.clock.move_to(AT + 60 * DAY)
    host.step(second, S.REAL)
    told = playbook.preserve(host.settings, second, [host.file("copy.json", b"the post")], [], "", host.clock)
    (item,) = told["history"][-1]["items"]
    host.clock.move_to(AT + 190 * DAY)
    assert playbook.retain(host.settings, {}, host.clock)["preserved"] == 1
    assert playbook.show_received(host.settings, first, host.clock)["kept_until"] is None
    assert sealed_of(host.settings).get(item["sha256"]) == b"the post"


def test_a_content_provider_is_told_or_not_told_yet(host: Host) -> None:
    silent = "[x] the addressee must refrain from informing the content provider\n"
    number = host.take(signed_mail(ORDER_TEXT + silent))["receipt"]
    host.step(number, S.REAL)
    playbook.preserve(host.settings, number, [host.file("post.json", b"x")], [], "", host.clock)
    host.step(number, S.DISABLED, outcome=Outcome.ACCESS_DISABLED)
    with pytest.raises(UsageError, match="section C"):
        host.step(number, S.INFORMED)
    told = host.step(number, S.WITHHELD, until=AT + 42 * DAY, why="section C")
    assert told["silent_until"] == AT + 42 * DAY
    with pytest.raises(UsageError, match="forbids it until"):
        host.step(number, S.INFORMED)
    host.clock.move_to(AT + 43 * DAY)
    host.step(number, S.INFORMED)
    with pytest.raises(UsageError, match="nobody challenged"):
        host.step(number, S.REJECTED, why="x")
    host.step(number, S.SCRUTINY, reference="r-1")
    told = host.step(number, S.REINSTATED, why="the home authority found an infringement")
    assert told["history"][-1]["step"] == "reinstated"
    found = playbook.report_received(host.settings, 2026, host.clock)
    assert {one.name: one.value for one in found.estimates if not one.group}["reinstated"] == 1


def test_a_notice_is_acted_on_only_on_a_finding_of_ones_own(host: Host) -> None:
    actor = actor_of(host.settings, host.clock)
    with casebook_of(host.settings, host.clock) as casebook:
        casebook.cases.set_up(actor, Unit(UnitKind.HOST, "Chat of Tests", "FR", "house rules", 1, AT))
    told = host.take(mail(f"I send a notice of illegal content at {PLACE}", "Notice", "x@y.example").as_bytes())
    number, (case,) = told["receipt"], told["cases"]
    assert (told["kind"], set(told["clocks"]), told["checks"]) == ("notice", {"notice_receipt", "notice_decision"}, [])
    with pytest.raises(UsageError, match="nobody found a ground"):
        host.step(number, S.DISABLED, outcome=Outcome.REMOVED)
    with casebook_of(host.settings, host.clock) as casebook:
        for event in (
            CaseEvent(
                new_entry_id("k"),
                case,
                CaseStep.EVIDENCE,
                AT,
                actor.id,
                items=(Item("p", "a" * 64, 1),),
                digest=HOLDS.evidence,
            ),
            CaseEvent(new_entry_id("k"), case, CaseStep.CLAIMED, AT, actor.id, until=AT + DAY),
            CaseEvent(new_entry_id("k"), case, CaseStep.READ, AT, actor.id, reading=HOLDS),
        ):
            casebook.cases.follow(actor, event)
    with pytest.raises(UsageError, match="nobody found a ground"):  # the undo window is open
        host.step(number, S.DISABLED, outcome=Outcome.REMOVED)
    host.clock.move_to(AT + timedelta(minutes=11))
    assert host.step(number, S.DISABLED, outcome=Outcome.REMOVED)["history"][-1]["outcome"] == "removed"


def test_a_person_sorts_a_letter_and_it_goes_an_orders_way(host: Host) -> None:
    number = host.take(mail("a letter in words that nobody here knows", "Hello", "x@y.example").as_bytes())["receipt"]
    assert playbook.show_received(host.settings, number, host.clock)["kind"] == "other"
    told = host.step(number, S.SORTED, kind=ReceiptKind.ORDER, why="it is one, in another language")
    assert (told["kind"], told["clocks"]["act"]["due"]) == ("order", AT + timedelta(hours=1))
    assert told["checks"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("as_of = 2026", "without quotes"),
        (
            'as_of = 2026-01-01\nsource = "x"\n[[authority]]\nname = "A"\nmember_state = "Fr"\ncall_back = "1"',
            "two capital letters",
        ),
        ("not toml at all [", "cannot be read"),
        ("as_of = 2026-01-01", "is no register"),
    ],
)
def test_a_register_that_does_not_fit_is_refused_and_the_one_before_stands(tmp_path: Path, text: str, why: str) -> None:
    host = Host(tmp_path)
    before = (host.settings.home / "register.toml").read_text()
    with pytest.raises(InputError, match=why):
        playbook.import_authorities(host.settings, host.file("bad.toml", text.encode()))
    assert (host.settings.home / "register.toml").read_text() == before


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[mailbox]\nhost = "mail.example.org"\nevery = 300', "within 60"),
        ('[page]\nduty = [{mail = "a@b.example", webhook = "https://x"}]', "mail, webhook or command"),
        ('[host]\nprovider = "x"', "does not fit"),
        (
            '[host]\nmember_state_of_establishment = "FR"\nauthorised_person = "A"\ncontact_email = "a@b.example"',
            "one of the two",
        ),
    ],
)
def test_a_contact_point_that_does_not_fit_says_so(tmp_path: Path, text: str, why: str) -> None:
    host = Host(tmp_path)
    (host.settings.home / "intake.toml").write_text(text)
    with pytest.raises(InputError, match=why):
        host.take(signed_mail())
