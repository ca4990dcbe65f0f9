"""A form to fill in: written once, recognised, and read when it was filled in."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from actionday import playbook
from actionday.console.terminal.main import actionday
from actionday.observe.orders import ImportOptions
from actionday.records import FixedClock, FormatUnknown, InputError, Silent
from actionday.settings import Settings


def test_a_form_for_looks_by_hand_is_written_and_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    forms = tmp_path / "forms"
    actionday.main(["observe", "template", "sightings", str(forms)], standalone_mode=False)
    form = forms / "checks.csv"
    assert str(form) in capsys.readouterr().out
    heading = form.read_text("utf-8").splitlines()[0]
    form.write_text(f"{heading}\nmewe:channel:77,2019-11-23T10:00:00Z,login_required,desk-1,,screenshot 1\n", "utf-8")
    (forms / "checks.jsonl").unlink()
    settings = Settings(home=tmp_path / "home", by="tester")
    clock = FixedClock(datetime(2020, 1, 1, tzinfo=UTC))
    report = playbook.import_exports(settings, [forms], ImportOptions(), None, clock, Silent())
    assert report.rows["sightings"] == 1
    assert report.refused == 0


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "checks.jsonl").write_text("mine")
    with pytest.raises(InputError, match="there already"):
        playbook.template("sightings", tmp_path)
    assert not (tmp_path / "checks.csv").exists()
    assert (tmp_path / "checks.jsonl").read_text() == "mine"


def test_a_format_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(FormatUnknown, match="no such format"):
        playbook.template("lorem", tmp_path)
