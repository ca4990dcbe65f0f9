"""The example on the page about Python runs as it stands there."""

import re
from pathlib import Path

import pytest

import actionday
from actionday.playbook import UnitOrder
from actionday.records.unit import UnitKind

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "python.md"


def test_the_example_runs_and_prints_what_became_of_a_lead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    actionday.open("case.d").set_up(UnitOrder(UnitKind.NGO, "Friends", "FR", "statutes", 2))
    found = re.search(r"```python\n(import actionday\n.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found is not None
    exec(found[1], {})
    assert capsys.readouterr().out.splitlines() == ["{'opened': 1}", "1"]
