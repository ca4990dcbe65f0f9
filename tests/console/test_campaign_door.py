"""An action day at the terminal: planned, laid before an approver, launched, referred by hand, answered, followed, paused and closed."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from tests.console.casework_home import CAMPAIGN, NOW, READ, Office, office_at

from actionday import playbook
from actionday.playbook.casebooks import casebook_of
from actionday.playbook.recipients import names_of, recipient_of, recipients_of
from actionday.records import FixedClock, InputError, UsageError, new_entry_id
from actionday.records.hold import Hold
from actionday.records.referral import Step
from actionday.records.unit import Unit, UnitKind
from actionday.stores.casebook import Filed


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return office_at(tmp_path)


def launched(office: Office, *numbers: int, units: tuple[str, ...] = ()) -> list[str]:
    day = str(office.home.parent / "day.toml")
    cases = office.find(*numbers)
    office.run("Ann", "campaign", "freeze", day)
    office.run("Ann", "campaign", "plan", day, "--all-found", *(word for unit in units for word in ("--unit", unit)))
    office.run("Ann", "campaign", "submit", CAMPAIGN)
    office.run("Cara", "campaign", "open", CAMPAIGN)
    if not units:
        office.run("Cara", "campaign", "launch", CAMPAIGN)
    return [str(case) for case in cases]


def test_a_day_from_plan_to_close(office: Office) -> None:
    day = str(office.home.parent / "day.toml")
    cases = office.find(1, 2, 3, doubted=3)
    planned = office.json("Ann", "campaign", "plan", day, "--all-found")
    assert (planned["stage"], sorted(planned["added"]), planned["frozen"]) == ("planned", cases, "")
    office.run("Ann", "campaign", "submit", CAMPAIGN)
    office.run("Cara", "campaign", "launch", CAMPAIGN, says="not frozen")
    office.run("Ann", "campaign", "freeze", day)
    assert "baseline and comparison: frozen" in office.run("Ann", "campaign", "plan", day)
    office.run("Cara", "campaign", "launch", CAMPAIGN, says="to be opened first")
    office.run("Ann", "campaign", "launch", CAMPAIGN, says="somebody else")
    opened = office.json("Cara", "campaign", "open", CAMPAIGN)
    assert {one["case"] for one in opened["items"]} == set(cases)
    assert any("doubt under Art. 1(3)" in one["why_here"] for one in opened["items"])
    assert opened["left_to_open"] == []
    assert "left to open: 0" in office.run("Cara", "campaign", "open", CAMPAIGN, cases[0])
    assert office.json("Cara", "campaign", "launch", CAMPAIGN)["eyes"] == "four eyes"
    told = office.json("Dora", "refer", "draft", "--to", "example-host", "--campaign", CAMPAIGN)
    assert told["seen_by"] == ["Example Host, by hand (the report form)"]
    refs = [one["reference"] for one in told["drafted"]]
    assert len(refs) == 3
    office.run("Dora", "refer", "approve", *refs, says="somebody else than who drafted it")
    assert "approved: 3" in office.run("Cara", "refer", "approve", *refs)
    taken = office.run("Dora", "refer", "take", "example-host", "--limit", "2")
    assert taken.count("send now") == 2
    assert "more waits" in taken
    assert office.run("Dora", "refer", "status").count("in doubt since") == 2
    office.run(
        "Dora",
        "refer",
        "settle",
        refs[0].lower().replace("-", ""),
        "--became",
        "sent",
        "--evidence",
        "seen in the form",
    )
    again = office.json(
        "Dora", "refer", "settle", refs[1], "--became", "not_sent", "--evidence", "the form failed", "--again"
    )
    assert again["status"] == "queued"
    office.run("Dora", "refer", "answer", refs[0], "removed", "--evidence", "their mail")
    office.run("Dora", "refer", "answer", refs[0], "seen_gone")
    assert "their mail" in office.run("Dora", "refer", "status", refs[0])
    found = office.json("Dora", "campaign", "status", CAMPAIGN)
    assert found["assessed"] == {"found": 3}
    (platform,) = found["platforms"]
    assert {key: platform[key] for key in ("platform", "targets", "referred", "answered", "removed_by_their_word")} == {
        "platform": "telegram", "targets": 3, "referred": 1, "answered": 1, "removed_by_their_word": 1,
    }  # fmt: skip
    (recipient,) = found["recipients"]
    assert recipient["by_status"] == {"queued": 2, "removed": 1}
    assert "1 sent" in office.run("Dora", "campaign", "status", CAMPAIGN)
    office.run("Dora", "campaign", "pause", CAMPAIGN, "--why", "a question")
    assert office.run("Dora", "refer", "take", "example-host").count("its campaign is paused") == 2
    office.run("Cara", "campaign", "resume", CAMPAIGN, "--why", "answered")
    office.run("Cara", "campaign", "drop", CAMPAIGN, cases[2], "--why", "another unit has it")
    assert "no target of its campaign" in office.run("Dora", "refer", "take", "example-host")
    assert "closed" in office.run("Cara", "campaign", "close", CAMPAIGN, "--why", "the day is over")
    assert office.json("Ann", "ledger", "verify")["first_bad"] is None


def test_who_will_see_it_and_who_is_never_told(office: Office) -> None:
    (case,) = office.find(1)
    assert "its customer" in office.run("Dora", "refer", "draft", case, "--to", "registrar", "--form", "notice")
    office.run("Dora", "refer", "draft", case, "--to", "their-own", says="run by the adversary")
    office.run("Dora", "refer", "draft", case, "--to", "nobody", says="recipients.toml")
    office.run("Dora", "refer", "draft", "--to", "registrar", says="say which")
    office.run("Dora", "refer", "take", "their-own", says="run by the adversary")


@pytest.mark.parametrize("known", ["before the draft", "after the approval"])
def test_a_hold_on_another_name_of_a_target_stops_it(office: Office, known: str) -> None:
    """The hold names a handle, the case an id: the archive knows that they are one, or comes to know."""
    (case,) = office.find(1)
    profile = {
        "subject": "telegram:channel:1", "platform": "telegram", "native": "1", "kind": "channel", "handle": "Handle_One", "seen_at": READ,
    }  # fmt: skip
    if known == "before the draft":
        office.seen({"channels": [profile]})
    who = office.actor("Ann")
    hold = Hold(new_entry_id("h"), "telegram:@handle_one", "Office", NOW + timedelta(hours=1), READ, who.id, "so")
    drafted = office.json("Dora", "refer", "draft", case, "--to", "example-host")["drafted"]
    office.run("Cara", "refer", "approve", drafted[0]["reference"])
    if known == "after the approval":
        office.seen({"channels": [profile]})
    with casebook_of(office.settings("Ann"), FixedClock(NOW)) as casebook:
        casebook.cases.hold(who, hold)
    assert "it is held for an authority" in office.run("Dora", "refer", "take", "example-host")
    sent = playbook.send_referrals(
        office.settings("Dora"), "example-host", lambda one: pytest.fail("it left"), FixedClock(NOW)
    )
    assert (sent["sent"], list(sent["left"].values())) == ([], ["it is held for an authority"])


def test_whatever_a_target_is_called_its_names_are_found(office: Office) -> None:
    rows = [
        ("telegram:channel:1", "One"),
        ("telegram:channel:1", "Uno"),
        ("telegram:channel:2", "uno"),
        ("matrix:channel:3", "one"),
    ]
    office.seen({
        "channels": [
            {"subject": subject, "platform": subject.split(":")[0], "kind": "channel", "handle": handle, "seen_at": READ + timedelta(minutes=number)}
            for number, (subject, handle) in enumerate(rows)
        ]
    })  # fmt: skip
    found = names_of(
        office.settings("Ann"), {"telegram:channel:1", "telegram:@UNO", "url:https://one.example/x", "telegram:@nobody"}
    )
    assert found == {
        "telegram:channel:1": {"telegram:channel:1", "telegram:@one", "telegram:@uno"},
        "telegram:@UNO": {"telegram:@UNO", "telegram:@uno", "telegram:channel:1", "telegram:channel:2"},
        "url:https://one.example/x": {"url:https://one.example/x"},
        "telegram:@nobody": {"telegram:@nobody"},
    }


def test_a_finding_is_published_by_hand_and_the_feed_read(office: Office) -> None:
    first, second = office.find(1, 2)
    office.run("Cara", "campaign", "publish", first)
    assert "published: 1" in office.run("Cara", "campaign", "publish", first, second)
    assert "published: 1" in office.run("Cara", "campaign", "publish", second, "--as", "recommendation")
    lines = office.json("Dora", "campaign", "feed")
    assert [(one["kind"], one["case"]) for one in lines] == [
        ("advisory", first),
        ("advisory", second),
        ("recommendation", second),
    ]
    rest = office.run("Dora", "campaign", "feed", "--after", lines[1]["id"])
    assert rest.count("recommendation") == len(rest.splitlines()) == 1


def test_a_route_gets_one_after_the_other_and_what_it_drops_stays_in_doubt(office: Office) -> None:
    cases = office.find(1, 2, 3)
    drafted = office.json("Dora", "refer", "draft", *cases, "--to", "example-host")["drafted"]
    office.run("Cara", "refer", "approve", *(one["reference"] for one in drafted))
    outcomes = iter([Step.SENT, Step.NOT_SENT, None])

    def deliver(one: Filed) -> playbook.Delivered:
        step = next(outcomes)
        if step is None:
            raise ConnectionError("the line broke")
        return playbook.Delivered(step, "receipt of " + one.outgoing.reference)

    with pytest.raises(ConnectionError):
        playbook.send_referrals(office.settings("Dora"), "example-host", deliver, FixedClock(NOW))
    counts = office.json("Dora", "refer", "status")["recipients"][0]["counts"]
    assert counts == {"sent": 1, "not_sent": 1, "in_doubt": 1}
    nothing = playbook.send_referrals(office.settings("Dora"), "example-host", deliver, FixedClock(NOW))
    assert nothing["sent"] == []


def joined(folder: Path, unit: str) -> Office:
    folder.mkdir()
    office = office_at(folder)
    with casebook_of(office.settings("Ann"), FixedClock(READ)) as casebook:
        casebook.cases.set_up(office.actor("Ann"), Unit(UnitKind.REFERRAL_UNIT, unit, "FR", "an act", 5, READ))
    return office


def test_two_units_share_marks_and_nothing_else(tmp_path: Path) -> None:
    ours, theirs = joined(tmp_path / "a", "Unit A"), joined(tmp_path / "b", "Unit B")
    ours.run("Dora", "campaign", "export", CAMPAIGN, "held", "--out", str(tmp_path / "x"), says="no shared key")
    made = ours.json("Dora", "campaign", "key", CAMPAIGN)["file"]
    theirs.run("Dora", "campaign", "key", CAMPAIGN, "--from", made)
    ours.run("Dora", "campaign", "key", CAMPAIGN, says="is there already")
    cases = launched(ours, 1, 2, 3, units=("Unit B",))
    launched(theirs, 2, 3, 4)
    ours.run("Cara", "campaign", "launch", CAMPAIGN, says="silence is no consent")
    until = (NOW + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M:%S%z")
    ours.run("Dora", "campaign", "round", CAMPAIGN, "--until", until)
    ours.run("Dora", "campaign", "answered", CAMPAIGN, "Unit B", "--consents")
    ours.run("Cara", "campaign", "launch", CAMPAIGN)
    refs = [
        one["reference"]
        for one in ours.json("Dora", "refer", "draft", "--to", "example-host", "--campaign", CAMPAIGN)["drafted"]
    ]
    ours.run("Cara", "refer", "approve", *refs)
    # Unit B holds 1, and has referred 2
    with casebook_of(theirs.settings("Ann"), FixedClock(NOW)) as casebook:
        who = theirs.actor("Ann")
        casebook.cases.hold(
            who,
            Hold(
                new_entry_id("h"),
                "telegram:channel:1",
                "Office",
                NOW + timedelta(days=9),
                READ,
                who.id,
                "secret reason",
            ),
        )
    sent = theirs.json("Dora", "refer", "draft", "c-" + f"{2:032x}", "--to", "example-host")["drafted"][0]["reference"]
    theirs.run("Cara", "refer", "approve", sent)
    theirs.run("Dora", "refer", "take", "example-host")
    for kind in ("held", "referred", "items"):
        file = tmp_path / f"{kind}.json"
        theirs.run("Dora", "campaign", "export", CAMPAIGN, kind, "--out", str(file))
        assert not {"telegram", "channel", "secret", "Office"} & set(file.read_text().replace('"', " ").split())
        ours.run("Dora", "campaign", "import", CAMPAIGN, str(file))
    shown = ours.run("Dora", "refer", "take", "example-host")
    assert shown.count("send now") == 1
    assert "a unit of a joint campaign stops it" in shown
    assert "Unit B" not in shown
    assert "parked: a partner referred it already" in shown
    parked = next(ref for ref in refs if ours.json("Dora", "refer", "status", ref)["case"] == cases[1])
    ours.run("Cara", "refer", "release", parked, "--why", "to another office of the host")
    assert ours.run("Dora", "refer", "take", "example-host").count("send now") == 1
    (partner,) = ours.json("Dora", "campaign", "status", CAMPAIGN)["partners"]
    assert partner == {"unit": "Unit B", "items": 3, "ours_too": cases[1:], "referred": 1}
    # a list that was changed on the way, or is our own, is refused
    changed = json.loads((tmp_path / "held.json").read_text())
    changed["marks"] = []
    (tmp_path / "changed.json").write_text(json.dumps(changed))
    ours.run("Dora", "campaign", "import", CAMPAIGN, str(tmp_path / "changed.json"), says="was changed")
    theirs.run("Dora", "campaign", "import", CAMPAIGN, str(tmp_path / "held.json"), says="our own")
    ours.run("Dora", "campaign", "import", CAMPAIGN, str(tmp_path / "none.json"), says="No such file")


def test_status_counts_what_was_seen_apart_from_what_was_said(office: Office) -> None:
    launched(office, 1, 2)
    looks = [
        {"subject": f"telegram:channel:{number}", "platform": "telegram", "at": READ + timedelta(minutes=minute), "state": state, "basis": "probe", "vantage": "here"}
        for number, minute, state in ((1, 1, "present"), (1, 2, "removed_by_platform"), (1, 3, "unreachable"), (2, 1, "removed_by_platform"), (2, 2, "present"))
    ]  # fmt: skip
    leads = [
        {"subject": "telegram:channel:1", "target": f"telegram:channel:{9 + n}", "relation": "successor", "probability": 0.999,
         "weight": 9.0, "evidence": "{}", "rule": "scored", "model": "m", "at": NOW + timedelta(hours=hours)}
        for n, hours in ((0, 1), (1, 1), (2, -9))
    ]  # fmt: skip
    office.seen({"sightings": looks, "proposals": leads})
    (platform,) = office.json("Dora", "campaign", "status", CAMPAIGN)["platforms"]
    assert (platform["seen_gone"], platform["returns_proposed"], platform["removed_by_their_word"]) == (1, 2, 0)


@pytest.mark.parametrize(("text", "says"), [
    ("[a]\nname = 'A'\n", "needs `platforms`"), ("[a]\nname = 1\n", "must be a str"), ("[a]\nnmae = 'A'\n", "unknown key"),
    ("a = 1\n", "must be a table"), ("[a\n", "not TOML"), ("[a]\nname='A'\nplatforms=['x']\nlanguage='en'\nhourly=0\n", "above 0"),
    ("[a]\nname='A'\nplatforms=['x']\nlanguage='en'\nweek={mon=['9-17']}\n", "office hours"),
    ("[a]\nname='A'\nplatforms=['x']\nlanguage='en'\nzone='Nowhere/Town'\n", "office hours"),
])  # fmt: skip
def test_a_faulty_registry_is_told_with_the_fix(office: Office, text: str, says: str) -> None:
    (office.home / "recipients.toml").write_text(text)
    with pytest.raises(InputError, match=says):
        recipients_of(office.settings("Ann"))


def test_a_recipients_own_word_is_a_clock_that_says_whose_it_is(office: Office) -> None:
    found = recipient_of(office.settings("Ann"), "example-host")
    assert found.clock is not None
    assert (found.clock.mark.value, found.clock.source) == ("recalled", "the recipient registry of this home")
    assert recipient_of(office.settings("Ann"), "registrar").clock is None
    (office.home / "recipients.toml").unlink()
    with pytest.raises(UsageError, match="docs/guide/campaigns"):
        recipient_of(office.settings("Ann"), "registrar")
