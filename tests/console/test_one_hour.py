"""The guide for a lone moderator, run as it stands: files written, commands run, output as shown."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.architecture.test_import_law import ROOT

from actionday.console.terminal.main import actionday
from actionday.console.terminal.options import fail
from actionday.records import ActiondayError, SystemClock
from actionday.stores.archive.home import HomePolicy, make_home

GUIDE = (ROOT / "docs" / "guide" / "one-hour.md").read_text("utf-8")
FILES = re.findall(r"`([\w./-]+)`[^`]*:\n\n```\w+\n(.*?)```", GUIDE, re.DOTALL)
SESSIONS = re.findall(r"```console\n(.*?)```", GUIDE, re.DOTALL)


def run(words: list[str]) -> str:
    done = CliRunner().invoke(actionday, words)
    if isinstance(done.exception, ActiondayError):
        return f"actionday: {done.exception}\n{fail(done.exception) or ''}"
    assert done.exit_code == 0, (words, done.output, done.exception)
    return done.output


def fits(shown: str, printed: list[str]) -> bool:
    """Whether a line of the guide is among the lines printed; … stands for anything."""
    pattern = ".*".join(map(re.escape, (part.strip() for part in shown.split("…"))))
    return any(re.fullmatch(pattern, " ".join(line.split())) for line in printed)


def test_the_guide_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    make_home(tmp_path / "case.d", HomePolicy(), SystemClock().now())
    assert [name for name, _ in FILES] == [
        "case.d/intake.toml",
        "register.toml",
        "forged.eml",
        "order.eml",
        "post.json",
    ]
    for name, text in FILES:
        (tmp_path / name).write_text(text)
    numbers: dict[str, str] = {}
    commands = 0
    for session in SESSIONS:
        for block in session.split("$ ")[1:]:
            line, *shown = block.rstrip().splitlines()
            words = [numbers.get(word, word) for word in shlex.split(line)[1:]]
            printed = run(words)
            commands += 1
            if words[:2] in (["intake", "forged.eml"], ["intake", "order.eml"]):
                (number,) = set(re.findall(r"i-[0-9a-f]{32}", printed))
                numbers["FORGED" if "forged" in words[1] else "ORDER"] = number
            for name, number in numbers.items():
                printed = printed.replace(number, name)
            lines = printed.splitlines()
            for wanted in shown:
                assert fits(" ".join(wanted.split()), lines), (line, wanted, printed)
    assert commands == 15
    assert "entries, whole" in run(["ledger", "verify"])
    report = run(["intake", "report", "--year", str(SystemClock().now().year)])
    assert re.search(r"received order +2\n", report)
