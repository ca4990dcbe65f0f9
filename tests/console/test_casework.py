"""Casework through the Python door: from a pasted line to a finding that stands, and everything that must be refused on the way."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.console.casedesk import CHANNEL, HOUR, LEADS, START, Desk, channel, desk_at, found, holds, nothing, post

from actionday.playbook import LeadOrder, Reason, UnitOrder
from actionday.records import HomeError, InputError, UsageError
from actionday.records.reading import Opinion, Purpose
from actionday.records.unit import UnitKind


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_at(tmp_path)


def added(desk: Desk, text: str = LEADS, *, dry: bool = False, gone: bool = False) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = desk.of("Ann").add_leads(LeadOrder(text, dry=dry, gone=gone))["lines"]
    return told


def test_each_line_is_answered_and_each_target_has_one_case_with_its_evidence(desk: Desk) -> None:
    dry = added(desk, dry=True)
    assert [line["status"] for line in dry] == ["would_open", "would_open", "would_open", "nothing"]
    assert desk.of("Ann").assess_queue()["waiting"] == 0
    first = added(desk, LEADS + "t.me/garden_club\n")
    assert [(line["status"], line["target"]) for line in first] == [
        ("opened", CHANNEL),
        ("opened", "url:https://t.me/garden_club/2"),
        ("opened", "telegram:@other_club"),
        ("nothing", ""),
        ("duplicate", CHANNEL),
    ]
    assert [bool(line["evidence"]) for line in first] == [True, True, False, False, False]
    again = added(desk)
    assert [line["status"] for line in again] == ["known", "known", "known", "nothing"]
    assert [line["case"] for line in again[:3]] == [line["case"] for line in first[:3]]
    post_alone = desk.of("Ben").open_case(first[1]["case"])
    (posts,) = [piece for piece in post_alone["pieces"] if piece["name"] == "archive/posts.jsonl"]
    assert [json.loads(line)["native"] for line in posts["lines"]] == ["2"]


def test_what_is_gone_or_was_referred_before_shows_and_gone_is_not_opened(desk: Desk) -> None:
    desk.write(
        2,
        sightings=[
            {"subject": CHANNEL, "platform": "telegram", "at": START, "state": "removed_by_platform", "basis": "probe"}
        ],
        referrals=[{"ref": "r-1", "subject": CHANNEL, "platform": "telegram", "route": "email", "act": "referral"}],
    )
    (line,) = added(desk, "https://t.me/garden_club")
    assert (line["status"], line["gone"], line["referred_before"]) == ("gone", "removed_by_platform", 1)
    (line,) = added(desk, "https://t.me/garden_club", gone=True)
    assert line["status"] == "opened"


def test_the_queue_shows_its_factors_and_gives_each_case_to_one_person(desk: Desk) -> None:
    low, high = desk.add("https://t.me/aaaaa_one", harm=0.2)[0], desk.add("https://t.me/bbbbb_two", harm=0.9)[0]
    told = desk.of("Ann").assess_queue()
    assert [one["case"] for one in told["cases"]] == [high, low]
    priority = told["cases"][0]["priority"]
    factors = priority["confidence"] * priority["harm"] * priority["reach"] * priority["freshness"]
    assert priority["value"] == pytest.approx(factors, rel=0.01)
    assert desk.of("Ann").open_case()["case"] == high
    assert desk.of("Ben").open_case()["case"] == low
    assert desk.of("Cara").open_case() == {}
    assert [one["claimed"] for one in desk.of("Ben").assess_queue()["cases"]] == ["somebody", "you"]
    desk.clock.move_to(START + HOUR)  # claims are over
    assert desk.of("Cara").open_case()["case"] == high


def test_two_blind_readers_make_a_finding_that_stands_once_nobody_can_take_it_back(desk: Desk) -> None:
    case = desk.add("https://t.me/garden_club")[0]
    desk.of("Ann").open_case()
    first = desk.of("Ann").read_case(holds(case))
    assert (first["stage"], first["quote_found"]) == ("second", True)
    shown = desk.of("Ben").open_case()
    assert (shown["readings"], shown["hidden_readings"]) == ([], 1)
    assert "recruit" not in json.dumps(shown)
    refused(lambda: desk.of("Cara").read_case(holds(case)), "claim it first")
    second = desk.of("Ben").read_case(holds(case))
    assert (second["stage"], second["stands"], len(second["readings"])) == ("found", False, 2)
    desk.clock.move_to(START + HOUR)
    told = desk.of("Cara").case_history(case)
    assert told["stands"]
    assert {one["by"] for one in told["readings"]} == {"Ann", "Ben"}
    assert told["readings"][0]["policy"] == "2026.1"


def refused(call: Callable[[], object], says: str, kind: type[Exception] = UsageError) -> str:
    with pytest.raises(kind, match=says) as told:
        call()
    return str(told.value)


def test_a_reading_that_does_not_stand_is_refused_and_changes_nothing(desk: Desk) -> None:
    case = desk.add("https://t.me/garden_club")[0]
    ann = desk.of("Ann")
    ann.open_case()
    refused(lambda: ann.read_case(holds(case, ground="tco.9")), "no ground tco.9")
    refused(lambda: ann.read_case(holds(case, ground="de.stgb.86a")), "for DE")
    refused(lambda: ann.read_case(holds(case, true_purpose=" ")), "true purpose")
    refused(lambda: ann.read_case(holds(case, quote="")), "needs its quote")
    refused(lambda: ann.read_case(holds(case, protected=True, purposes=(Purpose.ART,))), "no_ground")
    refused(lambda: ann.read_case(holds(case, opinion=Opinion.UNSURE)), "goes with ground_holds")
    assert ann.case_history(case)["stage"] == "first"
    assert ann.read_case(holds(case, quote="words that stand nowhere"))["quote_found"] is False
    (other,) = desk.add("https://t.me/other_club")
    ann.open_case(other)
    refused(lambda: ann.read_case(holds(other)), "evidence")  # nothing is frozen there


def test_a_reading_can_be_taken_back_for_ten_minutes_and_a_case_moves_between_people(desk: Desk) -> None:
    case = desk.add("https://t.me/garden_club")[0]
    ann, ben = desk.of("Ann"), desk.of("Ben")
    ann.open_case()
    ann.read_case(nothing(case))
    assert ann.undo_reading(case)["stage"] == "first"
    refused(lambda: ann.undo_reading(case), "no reading of yours")
    ann.open_case(case)
    assert ann.hand_on(case, "Ben", why="I know the author")["events"][-1]["to"].startswith("a-")
    assert desk.of("Cara").open_case() == {}
    assert ben.open_case()["case"] == case
    assert ben.release_case(case)["claimed_by"] is None
    assert desk.of("Cara").open_case()["case"] == case
    assert desk.of("Cara").escalate(case, "I cannot read the dialect")["stage"] == "first"
    assert ben.close_case(case, "a duplicate of another")["stage"] == "closed"


def test_a_unit_of_one_reads_alone_and_says_so(tmp_path: Path) -> None:
    desk = desk_at(tmp_path, size=1)
    case = desk.add("https://t.me/garden_club")[0]
    told = found(desk, case, "Ann")
    assert (told["stage"], told["read_by"]) == ("found", "a single reader")
    refused(lambda: desk.of("Ann").read_case(holds(case, again=True)), "after 24 hours")
    desk.clock.move_to(START + 24 * HOUR)
    assert desk.of("Ann").read_case(replace(nothing(case), again=True))["stage"] == "overturned"


def test_a_held_target_is_given_to_nobody_under_any_of_its_names(desk: Desk) -> None:
    cases = desk.add("https://t.me/garden_club\nhttps://t.me/garden_club/2")
    told = desk.of("Ann").hold_target("telegram:@garden_club", "Office of tests", START + HOUR, "an inquiry")
    assert {one["target"] for one in told["holds"]} >= {CHANNEL, "telegram:@garden_club"}
    assert desk.of("Ben").open_case() == {}
    assert desk.of("Ben").open_case(cases[0])["claimed_by"] is None
    assert {one["held"] for one in desk.of("Ben").assess_queue()["cases"]} == {True}
    (line,) = added(desk, "https://t.me/garden_club/3")
    assert line["held"]
    refused(lambda: desk.of("Ann").forget(CHANNEL, "asked"), "held for an authority")
    for one in desk.of("Ann").holds():
        desk.of("Ann").lift_hold(one["hold"], "the inquiry is over")
    assert desk.of("Ann").holds() == []
    assert desk.of("Ben").open_case()["case"] in cases


def test_a_threat_to_life_comes_through_for_a_held_case_with_a_message_and_a_receipt(
    desk: Desk, tmp_path: Path
) -> None:
    case = desk.add("https://t.me/garden_club")[0]
    desk.of("Ann").hold_target(CHANNEL, "Office of tests", START + HOUR, "an inquiry")
    told = desk.of("Zoe").threat(case, "names a place and an hour", out=tmp_path / "message.txt")
    assert told["call"] == "17"
    assert told["message"] == (tmp_path / "message.txt").read_text("utf-8")
    assert told["receipt_due"] in told["message"]
    assert desk.of("Zoe").threat_receipt(case, told["receipt_due"], "taken by desk 4")["told"] == 2
    refused(lambda: desk.of("Zoe").threat(case, " "), "says what was seen")


def test_child_abuse_is_sealed_for_everybody(desk: Desk, tmp_path: Path) -> None:
    case = desk.add("https://t.me/garden_club")[0]
    told = desk.of("Zoe").seal(case, "a child is shown")
    assert "pointdecontact" in told["web"]
    shown = desk.of("Ann").open_case(case)
    assert (shown["sealed"], shown["pieces"]) == (True, [])
    assert desk.of("Ann").open_case() == {}
    refused(lambda: desk.of("Ann").copy_evidence(case, tmp_path / "out", "for court"), "sealed")
    refused(lambda: desk.of("Ann").add_evidence(case, []), "sealed")
    assert not (tmp_path / "out").exists()


def test_evidence_is_added_before_a_reading_compared_later_and_copied_for_a_purpose(desk: Desk, tmp_path: Path) -> None:
    case = desk.add("https://t.me/garden_club")[0]
    capture = tmp_path / "page.warc"
    capture.write_bytes(b"WARC/1.1\r\n")
    ann = desk.of("Ann")
    told = ann.add_evidence(case, [capture])
    assert "given/page.warc" in [one["name"] for one in told["evidence"]["items"]]
    ann.open_case(case)
    ann.read_case(holds(case))
    refused(lambda: ann.add_evidence(case, []), "not exchanged")
    desk.write(3, channels=[channel("Garden club, new", START + HOUR)], posts=[post(4, "new words")])
    changed = {one["table"]: (one["new"], one["gone"]) for one in desk.of("Ben").open_case(case)["changed"]}
    assert changed == {"channels": (1, 0), "posts": (1, 0)}
    refused(lambda: ann.copy_evidence(case, tmp_path / "out", " "), "what the copy is for")
    copied = ann.copy_evidence(case, tmp_path / "out", "file of the court")
    assert {Path(file).name for file in copied["files"]} >= {"page.warc", "posts.jsonl"}
    (item,) = [
        path for path in (desk.home / "evidence" / case / "items").iterdir() if path.read_bytes() == b"WARC/1.1\r\n"
    ]
    item.unlink()
    refused(lambda: ann.copy_evidence(case, tmp_path / "again", "again"), "missing", HomeError)


def test_a_contest_is_decided_by_somebody_else_and_overturns_a_finding(desk: Desk) -> None:
    case = desk.add("https://t.me/garden_club")[0]
    found(desk, case)
    desk.clock.move_to(START + HOUR)
    assert not desk.of("Zoe").contest(case, "letter 12", "we are gardeners")["stands"]
    refused(lambda: desk.of("Ann").decide_contest(case, True, "they are"), "does not decide")
    assert desk.of("Cara").decide_contest(case, True, "they are")["stage"] == "overturned"


def test_a_days_limit_stops_one_person_and_nobody_else(desk: Desk) -> None:
    desk.add("https://t.me/aaaaa_one\nhttps://t.me/bbbbb_two\nhttps://t.me/ccccc_three")
    ann = desk.of("Ann")
    ann.settings = replace(ann.settings, daily_limit=2)
    for _ in range(2):
        ann.read_case(nothing(ann.open_case()["case"]))
    refused(ann.open_case, "a day's limit")
    assert desk.of("Ben").open_case()
    desk.clock.move_to(START + 24 * HOUR)
    assert ann.open_case()


def test_looks_need_a_case_or_a_purpose_and_an_auditor_sees_whose_stand_out(desk: Desk) -> None:
    (desk.home / "policy.toml").write_text(
        'version = "1"\n[[protected]]\nname = "garden_club"\nwhy = "journalist"\n', "utf-8"
    )
    case = desk.add("https://t.me/other_club")[0]
    refused(lambda: desk.of("Ben").look_up("telegram:@garden_club", Reason()), "case or the purpose")
    assert desk.of("Ben").look_up("telegram:@garden_club", Reason(purpose="a letter"))["subject"] == CHANNEL
    desk.of("Ben").open_case(case)
    desk.of("Ben").look_up(CHANNEL, Reason(case))
    told = desk.of("Zoe").audit_looks(START)
    assert [(one["by"], one["what"], one["stands_out"]) for one in told["looks"]] == [
        ("Ben", "handle", ["outside", "protected: journalist"]),
        ("Ben", "evidence", []),
        ("Ben", "handle", []),
    ]
    assert len(desk.of("Zoe").audit_looks(START, flagged=True)["looks"]) == 1
    assert desk.of("Ben").audit_looks(START)["looks"] == []


def test_readers_agreement_leaves_out_what_waits(desk: Desk) -> None:
    cases = desk.add("\n".join(f"https://t.me/garden_club/{number}" for number in (1, 2, 3)))
    for case, second in zip(cases, (holds, holds, nothing), strict=True):
        desk.of("Ann").open_case(case)
        desk.of("Ann").read_case(holds(case) if case != cases[1] else nothing(case))
        if case != cases[1]:
            desk.of("Ben").open_case(case)
            desk.of("Ben").read_case(second(case))
    told = desk.of("Zoe").readers_agree()
    assert (told["cases"], told["opinions"]["n"]) == (1, 1)


def test_who_is_forgotten_leaves_no_evidence_and_retention_takes_what_is_over(desk: Desk) -> None:
    mine, other = desk.add("https://t.me/garden_club\nhttps://t.me/garden_club/2")
    desk.of("Ann").open_case(mine)
    desk.of("Ann").read_case(nothing(mine))
    desk.of("Ben").open_case(mine)
    desk.of("Ben").read_case(nothing(mine))
    desk.clock.move_to(START + 48 * HOUR)
    assert desk.of("Ann").retain({"evidence": 1})["erased"]["evidence"]["erased"] == 1
    assert sorted(path.name for path in (desk.home / "evidence").iterdir()) == [other]
    told = desk.of("Ann").forget(CHANNEL, "asked")
    assert told["erased"]["evidence"] == {"erased": 1, "rewritten": 0}
    left = b"".join(path.read_bytes() for path in desk.home.rglob("*") if path.is_file())
    assert b"garden" not in left
    assert b"1000000001" not in left


def test_a_unit_says_what_it_is_and_only_an_authority_has_orders(tmp_path: Path) -> None:
    desk = desk_at(tmp_path)
    ann = desk.of("Ann")
    assert ann.unit_here()["removal_orders"] is False
    order = UnitOrder(UnitKind.NATIONAL_AUTHORITY, "Office", "FR", "Art. 12", 5, "FR-1")
    refused(lambda: ann.set_up(order), "register entry and its certificate")
    (tmp_path / "bad.pem").write_text("no certificate")
    refused(lambda: ann.set_up(replace(order, certificate=tmp_path / "bad.pem")), "is no certificate", InputError)
    refused(lambda: ann.set_up(replace(order, kind=UnitKind.NGO, jurisdiction="France")), "two capital letters")
    (tmp_path / "good.pem").write_bytes(certificate())
    told = ann.set_up(replace(order, certificate=tmp_path / "good.pem"))
    assert told["removal_orders"]
    assert len(told["next"]) == 3


def certificate() -> bytes:
    import trustme

    return trustme.CA().issue_cert("office.example.org").cert_chain_pems[0].bytes()


def test_every_action_is_a_method_and_another_name_is_not(desk: Desk) -> None:
    from actionday import playbook

    work = desk.of("Ann")
    assert set(playbook.actions()) <= set(dir(work))
    with pytest.raises(AttributeError, match="no action"):
        work.nothing_of_the_kind()
    with pytest.raises(TypeError):
        work.undo_reading()
