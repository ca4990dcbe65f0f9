"""Progress: every long phase reports, amounts add up, a bar shows them, and nobody else sees anything."""

import io
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from rich.console import Console

from actionday import playbook
from actionday.console.terminal import bar
from actionday.console.terminal.progress import watching
from actionday.observe.orders import ImportOptions
from actionday.records import Silent, SystemClock, load_campaign
from actionday.settings import Settings


@dataclass
class Recorder:
    """Notes every phase: its total, how much was reported done, what was worked at."""

    phases: dict[str, int | None] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)
    items: dict[str, list[str]] = field(default_factory=dict)
    now: str = ""

    def phase(self, what: str, total: int | None, unit: str) -> None:
        self.now = what
        self.phases[what], self.done[what], self.items[what] = total, 0, []

    def item(self, what: str) -> None:
        self.items[self.now].append(what)

    def advance(self, amount: int) -> None:
        self.done[self.now] += amount


def test_every_phase_of_the_main_job_reports_what_it_does(tmp_path: Path) -> None:
    drawn = Recorder()
    playbook.write_scenario(tmp_path / "exports", "tiny", 3, drawn)
    assert list(drawn.phases) == ["drawing and writing"]
    assert drawn.done["drawing and writing"] == pytest.approx(drawn.phases["drawing and writing"], rel=0.2)

    seen = Recorder()
    settings = Settings(home=tmp_path / "case.d", by="test", environment={})
    day = load_campaign(tmp_path / "exports" / "day.toml")
    order = playbook.BriefOrder(day, tmp_path / "brief", SystemClock(), seen)
    playbook.run(settings, [tmp_path / "exports"], ImportOptions(), None, order)
    assert list(seen.phases) == ["looking at", "reading", "writing the archive", "measuring", "writing the brief"]
    for phase in ("reading", "measuring", "writing the brief"):
        assert seen.done[phase] == seen.phases[phase] != 0
    assert len(seen.items["reading"]) == seen.done["looking at"]
    assert {*order.measures, "network"} <= set(seen.items["measuring"])


def test_a_bar_shows_amount_and_unit_and_steers_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.StringIO()
    monkeypatch.setattr(bar, "Console", lambda stderr: Console(file=shown, force_terminal=True, width=160))
    monkeypatch.setattr(bar, "PATIENCE", 0.0)
    with bar.Bar() as one:
        one._patience.join()
        one.phase("reading", 2_000_000, "bytes")
        one.item("evil\x1b[2Jname.json")
        one.advance(500_000)
        one._bar.refresh()
        one.phase("measuring", 6, "steps")
        one.advance(2)
        one._bar.refresh()
    text = shown.getvalue()
    assert "500.0 kB of 2.0 MB" in text
    assert "2 of 6 steps" in text
    assert "\x1b[2J" not in text
    assert "name.json" in text


def test_quiet_and_pipes_are_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("actionday.console.terminal.progress.is_terminal", lambda: True)
    with watching(True) as quiet:
        assert isinstance(quiet, Silent)
    with watching(False) as watched:
        assert isinstance(watched, bar.Bar)
    monkeypatch.setattr("actionday.console.terminal.progress.is_terminal", lambda: False)
    with watching(False) as piped:
        assert isinstance(piped, Silent)
