"""Reports of a real homeserver's users become receipts and cases, each once, and wake nobody."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.servers.synapse import ADMIN, CLIENT, Synapse, q, synapse

from actionday.playbook.casebooks import actor_of, casebook_of
from actionday.playbook.mailbox import watch_contact_point
from actionday.records import SystemClock, UsageError
from actionday.records.order import Order
from actionday.records.receipt import ReceiptKind, ReceivedBy
from actionday.settings import Settings, load_settings
from actionday.stores.archive.home import HomePolicy, make_home

CLOCK = SystemClock()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synapse]:
    with synapse(tmp_path_factory.mktemp("synapse")) as running:
        yield running


def host(folder: Path, server: Synapse, who: str = ADMIN, platform: str = "matrix") -> Settings:
    make_home(folder / "case.d", HomePolicy(), CLOCK.now())
    (folder / "case.d" / "intake.toml").write_text(f'[reports]\n{platform} = "{server.base}"\n')
    environment = {
        "ACTIONDAY_HOME": str(folder / "case.d"),
        "ACTIONDAY_BY": "watch",
        "ACTIONDAY_CREDENTIAL_MATRIX_ADMIN_TOKEN": server.tokens[who],
    }
    return load_settings({**os.environ, **environment}, folder)


def received(settings: Settings) -> list[Order]:
    with casebook_of(settings, CLOCK) as casebook:
        return list(casebook.receipts.every(actor_of(settings, CLOCK)))


def test_reports_are_taken_in_once_with_the_servers_time_and_the_event(tmp_path: Path, server: Synapse) -> None:
    said: list[str] = []
    settings = host(tmp_path, server)
    room = server.room("alice")
    server.call("bob", "POST", f"{CLIENT}/join/{q(room)}")
    event = server.send("alice", room, {"msgtype": "m.text", "body": "a harmless text"})
    before = CLOCK.now()
    server.call("bob", "POST", f"{CLIENT}/rooms/{q(room)}/report/{q(event)}", {"reason": "it reads like a threat"})
    server.call("bob", "POST", f"{CLIENT}/users/{q('@alice:localhost')}/report", {"reason": "again and again"})
    assert watch_contact_point(settings, CLOCK, said.append, 1)["taken"] == 2
    orders = {one.letter.source.rpartition(":")[2].split("/", 1)[1].split("/")[0]: one for one in received(settings)}
    first, second = orders["event_reports"], orders["user_reports"]
    assert (first.kind, first.letter.received_by) == (ReceiptKind.USER_REPORT, ReceivedBy.PLATFORM)
    assert abs(first.letter.received - before) < timedelta(minutes=5)
    assert first.letter.locations == (f"https://matrix.to/#/{room}/{event}",)
    assert first.letter.said["reasons"] == "it reads like a threat"
    assert second.letter.locations == ("https://matrix.to/#/@alice:localhost",)
    assert all(one.letter.cases and not one.pages for one in (first, second))
    assert watch_contact_point(settings, CLOCK, said.append, 1)["taken"] == 0
    server.call("bob", "POST", f"{CLIENT}/rooms/{q(room)}/report/{q(event)}", {"reason": "once more"})
    assert watch_contact_point(settings, CLOCK, said.append, 1)["taken"] == 1
    assert len(received(settings)) == 3
    assert said == []


def test_who_is_no_administrator_and_a_platform_without_a_queue_are_said(tmp_path: Path, server: Synapse) -> None:
    said: list[str] = []
    settings = host(tmp_path, server, "bob")
    assert watch_contact_point(settings, CLOCK, said.append, 1)["taken"] == 0
    assert "403 M_FORBIDDEN" in said[0]
    (tmp_path / "other").mkdir()
    with pytest.raises(UsageError, match="reports of telegram are not read here"):
        watch_contact_point(host(tmp_path / "other", server, platform="telegram"), CLOCK, said.append, 1)
    (tmp_path / "other" / "case.d" / "intake.toml").write_text("")
    with pytest.raises(UsageError, match="nothing to watch"):
        watch_contact_point(
            load_settings({**os.environ, "ACTIONDAY_HOME": str(tmp_path / "other" / "case.d")}, tmp_path),
            CLOCK,
            said.append,
            1,
        )
