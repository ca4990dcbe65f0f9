"""`campaign freeze` as a person runs it: before the day, twice, too late; what the brief says of it; a ledger that holds."""

import json
import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.console.test_main_job import actionday
from tests.records.test_preregistration import DAY, FIXED, write

from actionday import playbook
from actionday.brief.material import prepare
from actionday.brief.sections.registered import registration
from actionday.playbook.casebooks import actor_of, casebook_of, frozen_until
from actionday.records import Actor, Estimate, FixedClock, Measure, PermissionRefused, Silent, UsageError, load_campaign
from actionday.settings import Settings, load_settings
from actionday.stores.archive.home import HomePolicy, make_home
from actionday.stores.casebook import Head

EARLY, LATE = FixedClock(datetime(2024, 3, 1, tzinfo=UTC)), FixedClock(datetime(2024, 3, 5, tzinfo=UTC))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    make_home(tmp_path / "case.d", HomePolicy(), EARLY.now())
    return load_settings({**os.environ, "ACTIONDAY_HOME": str(tmp_path / "case.d"), "ACTIONDAY_BY": "tester"}, tmp_path)


def said(settings: Settings, day: Path) -> str:
    campaign = load_campaign(day)
    order = playbook.BriefOrder(campaign, day.parent / "brief", LATE, Silent())
    estimates = tuple(
        Estimate(name, 0.5, 0.4, 0.6, "ratio", 100, "ratio of daily rates")
        for name in ("posts_change_original", "posts_change_forward")
    )
    material = prepare([Measure("activity", estimates, {})], campaign, playbook.origin_of(settings, order), b"k" * 16)
    return str(registration(material))


def test_it_is_recorded_once_and_the_ledger_holds(settings: Settings, tmp_path: Path) -> None:
    day = write(tmp_path, DAY + FIXED)
    first = playbook.freeze_campaign(settings, day, EARLY)
    again = playbook.freeze_campaign(settings, day, FixedClock(datetime(2024, 3, 2, tzinfo=UTC)))
    assert (first["known"], again["known"]) == (False, True)
    assert (again["frozen_at"], again["head"]) == (first["frozen_at"], first["head"])
    changed = write(tmp_path, DAY + FIXED.replace("after = 7", "after = 14"))
    assert playbook.freeze_campaign(settings, changed, EARLY)["earlier"] == 1
    report = playbook.verify_casebook(settings, first["head"], None, EARLY)
    assert (report["entries"], report["first_bad"]) == (3, None)
    assert [one.what.digest for one in frozen_until(settings, first["head"], EARLY)] == [first["sha256"]]
    with closing(sqlite3.connect(settings.home / "casebook.sqlite")) as database, database:
        database.execute("DROP TRIGGER payloads_no_update")
        database.execute(
            "UPDATE payloads SET body = CAST(replace(CAST(body AS TEXT), '2024-03-01', '2024-02-01') AS BLOB) WHERE seq = 2 AND part = 'facts'"
        )
    bad = playbook.verify_casebook(settings, None, None, EARLY)["first_bad"]
    assert bad["seq"] == 2, "a date that was moved back does not pass"


def test_once_the_window_has_begun_it_is_refused_or_marked(settings: Settings, tmp_path: Path) -> None:
    day = write(tmp_path, DAY + FIXED)
    with pytest.raises(UsageError, match="began at"):
        playbook.freeze_campaign(settings, day, LATE)
    assert frozen_until(settings, None, LATE) == []
    assert playbook.freeze_campaign(settings, day, LATE, after_the_fact=True)["after_the_fact"] is True
    assert "only after the day had begun" in said(settings, day)


def test_the_brief_says_in_one_sentence_what_was_registered_and_what_was_not(
    settings: Settings, tmp_path: Path
) -> None:
    day = write(tmp_path, DAY + FIXED)
    assert "Nothing was registered" in said(settings, day)
    frozen = playbook.freeze_campaign(settings, day, EARLY)
    sentence = said(settings, day)
    assert sentence.startswith("Registered before the day, on")
    assert frozen["sha256"][:16] in sentence
    kept, others = sentence.split("not registered:")
    assert "Original posts" in kept
    assert "Forwarded posts" in others
    assert "returned_30d_corrected" in others, "registered, and not measured"
    assert sentence.count(". ") == 1


def test_a_database_of_either_kind_needs_the_permission(settings: Settings, tmp_path: Path) -> None:
    day = write(tmp_path, DAY + FIXED)
    playbook.freeze_campaign(settings, day, EARLY)
    who = actor_of(settings, EARLY)
    nobody = Actor(who.id, who.name, frozenset())
    with casebook_of(settings, EARLY) as casebook:
        (one,) = casebook.frozen(who)
        with pytest.raises(PermissionRefused):
            casebook.freeze(nobody, one)
        with pytest.raises(PermissionRefused):
            casebook.frozen(nobody)
        with pytest.raises(UsageError, match="no entry"):
            casebook.frozen(who, replace(casebook.head(), hash="0" * 64))
        assert isinstance(casebook.head(), Head)


def test_the_command(settings: Settings, tmp_path: Path) -> None:
    far = DAY.replace("2024-03", "2999-03")
    day = write(tmp_path, far + FIXED)
    told = json.loads(actionday("campaign", "freeze", day, "--home", settings.home, "--json"))
    assert told["after_the_fact"] is False
    assert "on record already" in actionday("campaign", "freeze", day, "--home", settings.home)
    past = write(tmp_path, DAY + FIXED)
    actionday("campaign", "freeze", past, "--home", settings.home, status=2)
    assert "AFTER THE FACT" in actionday("campaign", "freeze", past, "--home", settings.home, "--after-the-fact")
