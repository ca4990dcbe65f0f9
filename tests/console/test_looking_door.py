"""The door to looking: what is a decision about whom, and what it needs."""

from pathlib import Path

import pytest

from actionday.console.terminal.main import actionday
from actionday.records import UsageError

SITE = "website:channel:a.example"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "one of the three"),
        ([SITE, "--due"], "one of the three"),
        (["--due", "--contact", "why"], "name them"),
        (["--due", "--no-contact", "why"], "name them"),
        ([SITE, "--no-contact", "why", "--contact", "why"], "not --contact besides"),
        ([SITE, "--contact", "why"], "looking is off"),
    ],
)
def test_what_is_asked_amiss_is_said(
    arguments: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ACTIONDAY_REACH", raising=False)
    with pytest.raises(UsageError, match=words):
        actionday.main(
            ["observe", "probe", *arguments, "--home", str(tmp_path / "home"), "--quiet"], standalone_mode=False
        )


def test_nothing_is_fetched_out_of_reach_whatever_was_decided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ACTIONDAY_REACH", raising=False)
    with pytest.raises(UsageError, match="out of reach"):
        actionday.main(
            ["observe", "collect", SITE, "--contact", "why", "--home", str(tmp_path / "home"), "--quiet"],
            standalone_mode=False,
        )
    assert not (tmp_path / "home").exists()
