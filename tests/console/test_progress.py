"""The bar: nothing for quick work; the unit, the rate and the time left for long work; a new unit begins anew."""

import io
import os
import re
from pathlib import Path

import pytest
from rich.console import Console

from actionday import playbook
from actionday.console.terminal.progress import Bar, Silent, watching
from actionday.measure.steps import WEIGHTS, Steps
from actionday.observe.ingest import ImportOptions
from actionday.records import SystemClock
from actionday.settings import Settings


class Told:
    """Keeps what was reported."""

    def __init__(self) -> None:
        self.begun: list[tuple[str, int, str]] = []
        self.done = 0

    def begin(self, what: str, total: int, unit: str = "bytes") -> None:
        self.begun.append((what, total, unit))

    def advance(self, amount: int) -> None:
        assert amount >= 0
        self.done += amount


def shown(bar: Bar, out: io.StringIO) -> str:
    bar._bar.start()
    bar._bar.refresh()
    return out.getvalue()


def terminal() -> tuple[Bar, io.StringIO]:
    out = io.StringIO()
    return Bar(Console(file=out, force_terminal=True, width=160), patience=3600), out


def test_quick_work_shows_nothing() -> None:
    bar, out = terminal()
    with bar:
        bar.begin("result.json", 10)
        bar.advance(10)
    assert out.getvalue() == ""


def test_long_work_shows_how_much_how_fast_and_how_long_still() -> None:
    bar, out = terminal()
    with bar:
        bar.begin("telegram/result.json", 4_000_000)
        bar.advance(1_000_000)
        bar.advance(1_000_000)
        said = shown(bar, out)
    assert "telegram/result.json" in said
    assert "2.0 MB of 4.0 MB" in said
    assert "/s" in said
    assert re.search(r"\d:\d\d:\d\d", said)


def test_another_unit_begins_another_bar() -> None:
    bar, out = terminal()
    with bar:
        bar.begin("result.json", 4_000_000)
        bar.advance(4_000_000)
        bar.begin("measuring cohort", 50, "parts")
        bar.advance(30)
        said = shown(bar, out)
    assert "30 parts of 50 parts" in said
    assert "MB" not in said


def test_nobody_watches_so_nothing_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    with watching(quiet=True) as progress:
        assert isinstance(progress, Silent)
    monkeypatch.setattr("actionday.console.terminal.progress.is_terminal", lambda: True)
    with watching(quiet=True) as progress:
        assert isinstance(progress, Silent)
    with watching(quiet=False) as bar:
        assert isinstance(bar, Bar)


def test_steps_add_up_to_their_whole() -> None:
    told = Told()
    steps = Steps(told, tuple(WEIGHTS))
    for name in steps.names:
        with steps.step(name):
            pass
    assert told.done == sum(total for _, total, _ in told.begun) == sum(WEIGHTS.values())
    assert {unit for _, _, unit in told.begun} == {"parts"}


def test_a_scenario_reports_posts_and_arrives(tmp_path: Path) -> None:
    told = Told()
    playbook.write_scenario(tmp_path / "out", "4000", 3, told)
    assert sum(total for _, total, _ in told.begun) == 4000
    assert 3800 <= told.done <= 4000


def test_an_import_reports_every_byte_once_and_knows_the_whole_beforehand(tmp_path: Path) -> None:
    playbook.write_scenario(tmp_path / "out", "4000", 3, Silent())
    told = Told()
    home = Settings(home=tmp_path / "case.d", by="test", environment=os.environ)
    playbook.import_exports(home, [tmp_path / "out"], ImportOptions(), None, SystemClock(), told)
    first, *rest = [total for _, total, _ in told.begun]
    assert first == told.done > 0
    assert not any(rest)
