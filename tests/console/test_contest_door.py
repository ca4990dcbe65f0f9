"""What those whom we decided about may do, at the terminal: contest by a reference number, ask for access, correction, erasure."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from tests.console.casework_home import NOW, READ, Office, office_at

from actionday import playbook
from actionday.playbook.casebooks import casebook_of
from actionday.records import FixedClock, Permission, PermissionRefused, new_entry_id
from actionday.records.hold import Hold
from actionday.records.publication import PublicationKind

TARGET = "telegram:channel:1"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return office_at(tmp_path)


def referred(office: Office, *numbers: int) -> list[str]:
    """References of referrals that were removed."""
    drafted = office.json("Dora", "refer", "draft", *office.find(*numbers), "--to", "example-host")["drafted"]
    refs = [one["reference"] for one in drafted]
    office.run("Cara", "refer", "approve", *refs)
    office.run("Dora", "refer", "take", "example-host")
    for ref in refs:
        office.run("Dora", "refer", "settle", ref, "--became", "sent", "--evidence", "a receipt")
        office.run("Dora", "refer", "answer", ref, "removed", "--evidence", "their mail")
    return refs


def test_a_contest_that_is_upheld_reaches_everything(office: Office) -> None:
    ref, other = referred(office, 1, 2)
    with casebook_of(office.settings("Cara"), FixedClock(NOW)) as casebook:
        actor = office.actor("Cara")
        case = casebook.referrals.referral(actor, ref).outgoing.case
        (item,) = casebook.publications.publish(actor, PublicationKind.ADVISORY, [case])
    office.run("Dora", "refer", "contest", "0000-0000-0000", "--why", "it is ours", says="no referral")
    contested = office.json("Dora", "refer", "contest", ref.lower(), "--why", "it is an archive for research")
    assert (contested["contested"], contested["withdrawn"]) == (True, [])
    office.run("Ann", "refer", "decide", ref, "--upheld", "--why", "it is", says="who read it does not decide")
    decided = office.json("Dora", "refer", "decide", ref, "--upheld", "--why", "its true purpose is research")
    assert decided["stage"] == "overturned"
    assert decided["withdrawn"] == [ref]
    assert decided["reinstatement_asked_of"] == ["example-host"]
    assert "ask the host to reinstate" in office.run("Dora", "refer", "status", ref)
    with casebook_of(office.settings("Cara"), FixedClock(NOW)) as casebook:
        last = casebook.publications.since(office.actor("Cara"))[-1]
        assert (last.kind, last.item, last.target) == (PublicationKind.RETRACTION, item, "")
    back = office.json("Dora", "refer", "answer", ref, "reinstated", "--evidence", "their mail")
    assert back["reinstatement"] == ""
    counts = {
        one["name"]: one["value"] for one in office.json("Dora", "measure", "casework")["estimates"] if not one["group"]
    }
    assert counts["cases_waiting"] == 0
    assert "rejected" not in office.run("Dora", "refer", "contest", other, "--why", "so")
    assert "found" in office.run("Dora", "refer", "decide", other, "--rejected", "--why", "the passage stands")


def test_access_gives_all_that_was_decided_and_seen(office: Office, tmp_path: Path) -> None:
    referred(office, 1)
    office.seen({
        "channels": [{"subject": TARGET, "platform": "telegram", "native": "1", "kind": "channel", "handle": "one", "title": "One", "seen_at": READ}],
        "sightings": [{"subject": TARGET, "platform": "telegram", "at": READ, "state": "present", "basis": "probe", "vantage": "here"}],
    })  # fmt: skip
    asked = ("subject-request", "access", "telegram:@one", "--proof", "control", "--shown", "a code in its profile")
    office.run("Dora", *asked, says="--out")
    found = office.json("Dora", *asked, "--out", str(tmp_path / "answer.json"))
    answer = json.loads((tmp_path / "answer.json").read_text())
    assert found["seen"] == {"channels": 1, "sightings": 1}
    assert found["decided"] == len(answer["decided"]) > 10
    assert answer["seen"]["sightings"][0]["state"] == "present"
    text = json.dumps(answer)
    assert "the passage asks to join" in text
    assert "Ann" not in text
    report = office.json("Dora", "ledger", "verify")
    assert report["first_bad"] is None


def test_correction_says_what_to_look_at_again_and_erasure_forgets(office: Office) -> None:
    referred(office, 1)
    office.run(
        "Dora",
        "subject-request",
        "correction",
        TARGET,
        "--proof",
        "control",
        "--shown",
        "a code",
        "--why",
        "we are a museum",
    )
    proof = ("--proof", "supervisory_authority", "--shown", "their letter")
    found = office.json("Dora", "subject-request", "correction", TARGET, *proof, "--why", "it is a museum")
    assert found["look_again_at_entries"]
    erased = office.json("Dora", "subject-request", "erasure", TARGET, *proof)
    assert erased["erased"]["casebook"]["erased"] > 10
    assert office.json("Dora", "refer", "status")["recipients"] == []
    assert office.json("Dora", "ledger", "verify")["first_bad"] is None


def test_nothing_is_told_past_a_hold(office: Office, tmp_path: Path) -> None:
    office.find(1)
    who = office.actor("Ann")
    hold = Hold(new_entry_id("h"), TARGET, "Office", NOW + timedelta(days=1), READ, who.id, "an inquiry")
    with casebook_of(office.settings("Ann"), FixedClock(NOW)) as casebook:
        casebook.cases.hold(who, hold)
    asked = (
        "subject-request",
        "access",
        TARGET,
        "--proof",
        "control",
        "--shown",
        "a code",
        "--out",
        str(tmp_path / "a.json"),
    )
    office.run("Dora", *asked, says="held for an authority")
    office.run(
        "Dora",
        "subject-request",
        "erasure",
        TARGET,
        "--proof",
        "control",
        "--shown",
        "a code",
        says="held for an authority",
    )
    assert not (tmp_path / "a.json").exists()


def test_by_person_is_the_auditors(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.find(1)
    assert playbook.casework(office.settings("Ann"), None, FixedClock(NOW), by_person=True).name == "casework"
    less = office.actor("Ann")
    weaker = type(less)(less.id, less.name, frozenset(Permission) - {Permission.AUDIT})
    monkeypatch.setattr("actionday.playbook.counting.actor_of", lambda *_: weaker)
    with pytest.raises(PermissionRefused):
        playbook.casework(office.settings("Ann"), None, FixedClock(NOW), by_person=True)
