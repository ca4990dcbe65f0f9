"""`link judge`, `link withdraw`, `link lineage` as a person runs them, and who may."""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.console.test_main_job import actionday

from actionday import playbook
from actionday.observe.orders import ImportOptions
from actionday.playbook import judging
from actionday.records import (
    LEAD,
    Actor,
    ActorId,
    FixedClock,
    Judged,
    Permission,
    PermissionRefused,
    Relation,
    Silent,
    UsageError,
    pseudonym,
)
from actionday.settings import Settings, load_settings
from actionday.stores.archive.home import pseudonym_key

NOW = datetime(2020, 1, 1, tzinfo=UTC)
CLOCK = FixedClock(NOW)
OLD, NEW, THIRD = ("telegram:channel:1000", "telegram:channel:2000", "telegram:channel:3000")
PROFILES = """subject,handle,title,seen_at
telegram:channel:1000,lorem,Lorem,2019-11-01T00:00:00Z
telegram:channel:2000,lorem2,Lorem Two,2019-11-25T00:00:00Z
telegram:channel:3000,ipsum,Ipsum,2019-11-25T00:00:00Z
telegram:channel:4000,twice,Dolor,2019-11-01T00:00:00Z
telegram:channel:5000,twice,Dolor,2019-11-25T00:00:00Z
"""
MAPPING = """table = "channels"
platform = "telegram"

[columns]
subject = "subject"
handle = "handle"
title = "title"
seen_at = "seen_at"
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "channels.csv").write_text(PROFILES)
    (folder / "channels.csv.map.toml").write_text(MAPPING)
    (folder / "looks.csv").write_text("subject,at,state,vantage\ntelegram:account:77,2019-11-01T10:00:00Z,present,v1\n")
    environment = {"ACTIONDAY_HOME": str(tmp_path / "case.d"), "ACTIONDAY_BY": "ann"}
    settings = load_settings({**os.environ, **environment}, tmp_path)
    playbook.import_exports(settings, [folder], ImportOptions(), None, CLOCK, Silent())
    return settings


def by(settings: Settings, name: str) -> Settings:
    return replace(settings, by=name)


def judge(
    settings: Settings, a: str, b: str, judged: Judged, relation: Relation | None = None, *, later: int = 0
) -> dict[str, Any]:
    order = playbook.JudgingOrder(a, b, judged, relation, "same invite link")
    return playbook.judge(settings, order, FixedClock(NOW + timedelta(hours=later)))


def test_a_person_judges_withdraws_and_reads_the_line(settings: Settings) -> None:
    words = ("link", "judge", "telegram:@lorem", NEW, "positive", "--relation", "successor", "--why", "same link")
    told = actionday(*words, "--home", settings.home, ACTIONDAY_BY="ann")
    assert LEAD in told
    assert "score" not in told
    second = ("link", "judge", NEW, "@ipsum", "positive", "--relation", "backup", "--why", "said so", "--json",
              "--sampling", "0.25", "--blind", "--shown", "bio", "--shown", "media")  # fmt: skip
    made = json.loads(actionday(*second, "--home", settings.home, ACTIONDAY_BY="ann"))
    assert (made["a"], made["b"], made["by"], made["sampling"]) == (NEW, THIRD, "ann", 0.25)
    assert made["blind"]
    assert made["shown"] == ["bio", "media"]
    assert made["note"] == LEAD
    assert not [key for key in made if "score" in key or "probab" in key]
    found = json.loads(actionday("link", "lineage", OLD, "--home", settings.home, "--json"))
    (line,) = found["clusters"]
    assert line["subjects"] == [{"subject": s, "generation": n} for n, s in enumerate((OLD, NEW, THIRD), 1)]
    assert [pair["relation"] for pair in line["pairs"]] == ["successor", "backup"]
    withdraw = ("link", "withdraw", made["judgement"], "--why", "mistaken", "--home", settings.home)
    assert LEAD in actionday(*withdraw, ACTIONDAY_BY="ann")
    with pytest.raises(UsageError, match="not theirs to withdraw"):
        playbook.withdraw(by(settings, "bob"), made["judgement"], "mistaken", CLOCK)
    (line,) = playbook.lineage(settings, NEW, CLOCK)["clusters"]
    assert [one["subject"] for one in line["subjects"]] == [OLD, NEW]


def test_conflicts_are_shown_with_who_said_what(settings: Settings) -> None:
    judge(settings, OLD, NEW, Judged.POSITIVE, Relation.SUCCESSOR)
    judge(settings, NEW, THIRD, Judged.POSITIVE, Relation.SUCCESSOR, later=1)
    made = judge(by(settings, "bob"), OLD, THIRD, Judged.NEGATIVE)
    (conflict,) = made["conflicts"]
    assert conflict["kind"] == "chain"
    assert [one["by"] for one in conflict["judgements"]] == ["bob"]
    assert {said["by"] for pair in conflict["chain"] for said in pair["judgements"]} == {"ann"}
    found = playbook.lineage(settings, None, CLOCK)
    assert [one["subjects"] for one in found["conflicts"]] == [[OLD, THIRD]]
    assert [(pair["a"], pair["b"]) for pair in found["set_aside"]] == [(NEW, THIRD)]
    assert [pair["judged"] for pair in found["apart"]] == ["negative"]
    told = actionday("link", "lineage", "--home", settings.home)
    assert "bob, 2020-01-01" in told
    assert "conflict, chain" in told
    assert "life 2" in told
    assert LEAD in told


def test_subjects_are_resolved_or_refused_with_the_reason(settings: Settings) -> None:
    for asked, reason in (
        ("telegram:@nobody", "no profile here had telegram:@nobody"),
        ("@nobody", "nobody here is called"),
        ("telegram:@twice", "was used by 2 subjects"),
    ):
        with pytest.raises(UsageError, match=reason):
            judge(settings, asked, NEW, Judged.POSITIVE, Relation.SUCCESSOR)
    made = judge(settings, OLD, "telegram:channel:404", Judged.UNSURE)
    assert made["not_seen"] == ["telegram:channel:404"]
    hidden = pseudonym(pseudonym_key(settings.keys_of(settings.home)), "telegram:account:77")
    made = judge(settings, "telegram:account:77", NEW, Judged.NEGATIVE)
    assert (made["a"], made["relation"], made["not_seen"]) == (hidden, "unrelated", [])


def test_answers_and_relations_must_fit(settings: Settings) -> None:
    with pytest.raises(UsageError, match="name one with --relation"):
        judge(settings, OLD, NEW, Judged.POSITIVE)
    with pytest.raises(UsageError, match="a negative answer names no relation"):
        judge(settings, OLD, NEW, Judged.NEGATIVE, Relation.SIBLING)
    with pytest.raises(UsageError, match="about two subjects"):
        judge(settings, OLD, OLD, Judged.POSITIVE, Relation.SIBLING)
    assert playbook.lineage(settings, None, CLOCK)["clusters"] == []
    with pytest.raises(UsageError, match="nothing was judged here"):
        playbook.withdraw(settings, "j-0", "why", CLOCK)


def test_every_verb_asks_for_its_permission(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    made = judge(settings, OLD, NEW, Judged.POSITIVE, Relation.SUCCESSOR)

    def acting(*permissions: Permission) -> None:
        actor = Actor(ActorId("a-" + "0" * 32), "eve", frozenset(permissions))
        monkeypatch.setattr(judging, "actor_of", lambda *_: actor)

    acting(Permission.READ)
    with pytest.raises(PermissionRefused):
        judge(settings, OLD, THIRD, Judged.UNSURE)
    with pytest.raises(PermissionRefused):
        playbook.withdraw(settings, made["judgement"], "why", CLOCK)
    acting(Permission.JUDGE)
    with pytest.raises(PermissionRefused):
        playbook.lineage(settings, None, CLOCK)
