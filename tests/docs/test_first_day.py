"""The first day as it stands in the guide, line by line, each as the person who types it."""

import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from actionday.console.terminal.main import actionday

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "first-day.md"
LINE = re.compile(r"^    (\w+)\$ actionday (.*)$", re.MULTILINE)


def run(monkeypatch: pytest.MonkeyPatch, who: str, *words: str) -> str:
    monkeypatch.setenv("ACTIONDAY_PERSON_KEY", f"{who}.pem")
    monkeypatch.setenv("ACTIONDAY_CREDENTIAL_PERSON_PASSPHRASE", f"passphrase of {who}")
    done = CliRunner().invoke(actionday, list(words), standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return done.output


def test_every_line_of_the_first_day_works_as_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "capture.wacz").write_bytes(b"a capture")
    lines = LINE.findall(GUIDE.read_text("utf-8"))
    assert {who for who, _ in lines} == {"Ann", "Ben", "Cleo", "Dan", "Eve"}
    filled: dict[str, str] = {}
    for who, line in lines:
        words = [filled.get(word, word) for word in shlex.split(line)]
        shown = run(monkeypatch, who, *words)
        if words[:2] == ["person", "key"]:
            filled[f"KEY-OF-{who.upper()}"] = re.findall(r"ed25519:\w+", shown)[0]
        if words[:2] == ["assess", "add"] and "--dry-run" not in words:
            queue = json.loads(run(monkeypatch, "Ben", "assess", "queue", "--json", "--home", "case.d"))
            filled["CASE"] = queue["cases"][0]["case"]
        if words[:2] == ["assess", "show"]:
            assert "stage found" in shown
        if words[:2] == ["ledger", "verify"]:
            assert "whole" in shown
    assert (tmp_path / "checkpoint.json").exists()
