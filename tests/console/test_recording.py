"""Answers about pairs that come in a file: recorded once each, whatever happens in between, and forgotten with their subjects."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from actionday import playbook
from actionday.observe.orders import ImportOptions
from actionday.playbook import recording
from actionday.playbook.casebooks import actor_of, casebook_of
from actionday.records import FixedClock, Judged, Judgement, Relation, Silent, actor_id, pseudonym
from actionday.settings import Settings, load_settings
from actionday.stores.archive.home import pseudonym_key

NOW = datetime(2020, 1, 5, tzinfo=UTC)
CLOCK = FixedClock(NOW)
HEAD = "subject,target,judged,relation,judged_by,judged_at,why,sampling,blind\n"
ROWS = """telegram:channel:1,telegram:channel:2,positive,successor,coder-1,2020-01-02T10:00:00Z,same invite,0.25,true
telegram:channel:3,telegram:channel:2,negative,,coder-2,2020-01-02T10:05:00Z,la li lo,0.25,false
telegram:account:77,telegram:channel:2,unsure,,coder-1,2020-01-02T11:00:00Z,,,
"""
BAD = """telegram:channel:5,telegram:channel:6,positive,,coder-1,2020-01-02T10:00:00Z,no relation,,
telegram:channel:7,@handle,negative,,coder-1,2020-01-02T10:00:00Z,no id,,
telegram:channel:8,telegram:channel:9,maybe,,coder-1,2020-01-02T10:00:00Z,no word of ours,,
"""
COLUMNS = ("subject", "target", "judged", "relation", "judged_by", "judged_at", "why", "sampling", "blind")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    environment = {"ACTIONDAY_HOME": str(tmp_path / "case.d"), "ACTIONDAY_BY": "tester"}
    return load_settings({**os.environ, **environment}, tmp_path)


def imported(settings: Settings, folder: Path, rows: str) -> dict[str, Any]:
    folder.mkdir()
    (folder / "answers.csv").write_text(HEAD + rows)
    rules = "".join(f'{name} = "{name}"\n' for name in COLUMNS)
    (folder / "answers.csv.map.toml").write_text(f'table = "link_judgements"\n\n[columns]\n{rules}')
    return playbook.import_exports(settings, [folder], ImportOptions(), None, CLOCK, Silent()).as_dict()


def judgements(settings: Settings) -> list[Judgement]:
    with casebook_of(settings, CLOCK) as casebook:
        return [one for one in casebook.judgements(actor_of(settings, CLOCK)) if isinstance(one, Judgement)]


def test_a_file_of_answers_is_recorded_once_in_the_names_it_gives(settings: Settings, tmp_path: Path) -> None:
    report = imported(settings, tmp_path / "one", ROWS)
    assert report["rows"]["link_judgements"] == 3
    made = judgements(settings)
    assert len(made) == 3
    key = pseudonym_key(settings.keys_of(settings.home))
    first = next(one for one in made if one.judged is Judged.POSITIVE)
    assert (first.relation, first.sampling, first.blind) == (Relation.SUCCESSOR, 0.25, True)
    assert (first.who, first.why) == (actor_id(key, "coder-1"), "same invite")
    assert first.at == datetime(2020, 1, 2, 10, tzinfo=UTC)
    assert next(one for one in made if one.judged is Judged.NEGATIVE).relation is Relation.UNRELATED
    hidden = next(one for one in made if one.judged is Judged.UNSURE)
    assert str(hidden.a) == pseudonym(key, "telegram:account:77")
    changed = ROWS.replace("positive,successor", "negative,unrelated") + ROWS.splitlines()[0].replace("T10", "T12")
    imported(settings, tmp_path / "two", changed)
    assert judgements(settings)[:3] == made, "the answer of that person, pair and time stays"
    assert len(judgements(settings)) == 4
    with casebook_of(settings, CLOCK) as casebook:
        assert casebook.verify().fault is None


def test_a_run_that_was_killed_before_the_casebook_records_later(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(recording, "casebook_of", killed)
        with pytest.raises(KeyboardInterrupt):
            imported(settings, tmp_path / "one", ROWS)
    (tmp_path / "nothing").mkdir()
    playbook.import_exports(settings, [tmp_path / "nothing"], ImportOptions(), None, CLOCK, Silent())
    assert len(judgements(settings)) == 3


def test_answers_that_say_nothing_are_told_and_stop_nothing(settings: Settings, tmp_path: Path) -> None:
    report = imported(settings, tmp_path / "one", ROWS + BAD)
    assert report["quarantined"] == 2
    (passed,) = [item for item in report["passed_over"] if "link_judgements" in item["name"]]
    assert "positive does not go with the relation None" in passed["reason"]
    assert len(judgements(settings)) == 3


def test_a_forgotten_subjects_answers_go_and_do_not_come_back(settings: Settings, tmp_path: Path) -> None:
    imported(settings, tmp_path / "one", ROWS)
    told = playbook.forget(settings, "telegram:channel:1", "asked to", CLOCK)
    assert told["erased"]["link_judgements"]["erased"] == 1
    assert told["erased"]["casebook"]["erased"] == 1
    imported(settings, tmp_path / "again", ROWS + "\n")
    assert len(judgements(settings)) == 2
    assert "telegram:channel:1" not in json.dumps([str(one.a) for one in judgements(settings)])
