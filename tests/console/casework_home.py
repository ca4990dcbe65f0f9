"""A home with findings, for tests of doors: people by name, the command as each of them, cases that two of them read an hour ago."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from click.testing import CliRunner
from tests.records.casework import HOLDS, opening, says, step

from actionday.console.terminal.main import actionday
from actionday.playbook.acts import Act, write_act
from actionday.playbook.casebooks import actor_of, casebook_of
from actionday.records import ActiondayError, Actor, EntryId, FixedClock
from actionday.records.case_event import CaseEvent, CaseStep
from actionday.records.reading import Purpose, Reading
from actionday.settings import Settings, load_settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import HomePolicy, make_home, open_home
from actionday.stores.archive.schemas import TABLES

NOW = datetime.now(UTC).replace(microsecond=0)
"""Doors read the machine's clock, so what they see has to lie before it."""
READ = NOW - timedelta(hours=1)
CAMPAIGN = "Action day of tests"
DAY = f"""
name = "{CAMPAIGN}"
[window]
start = {(NOW + timedelta(days=2)).isoformat()}
end = {(NOW + timedelta(days=3)).isoformat()}
[comparison]
platforms = ["twitter"]
[preregistered]
outcomes = ["posts_change_original"]
windows = [{{ before = 30, after = 30 }}]
comparison = "twitter, which was not targeted"
method = "ratio of daily rates"
"""
RECIPIENTS = """
[example-host]
name = "Example Host"
platforms = ["telegram"]
language = "en"
address = "the report form"
answers_within_hours = 24
[registrar]
name = "Example Registrar"
platforms = ["telegram"]
language = "de"
forwards_to_customer = true
[their-own]
name = "A host of theirs"
platforms = ["telegram"]
language = "en"
run_by_adversary = true
"""


@dataclass(frozen=True)
class Office:
    """A home and who works in it."""

    home: Path

    def settings(self, who: str) -> Settings:
        environment = {**os.environ, "ACTIONDAY_HOME": str(self.home), "ACTIONDAY_BY": who}
        return load_settings(environment, self.home.parent)

    def actor(self, who: str) -> Actor:
        return actor_of(self.settings(who), FixedClock(NOW))

    def run(self, who: str, *arguments: str, says: str = "") -> str:
        """The command as somebody; with `says` it has to be refused with these words."""
        environment = {"ACTIONDAY_HOME": str(self.home), "ACTIONDAY_BY": who}
        done = CliRunner().invoke(actionday, list(arguments), env=environment, standalone_mode=False)
        if says:
            assert isinstance(done.exception, ActiondayError), (done.output, done.exception)
            assert says in str(done.exception)
            return ""
        if done.exception is not None:
            raise done.exception
        return done.output

    def json(self, who: str, *arguments: str) -> Any:  # noqa: ANN401 - JSON
        return json.loads(self.run(who, *arguments, "--json"))

    def find(self, *numbers: int, doubted: int | None = None) -> list[EntryId]:
        """Findings that Ann and Ben read an hour ago."""
        for number in numbers:
            made = opening(number, campaign=CAMPAIGN)
            self._take("Ann", replace(made, at=READ))
            doubt = replace(HOLDS.protection, doubt=True, purposes=frozenset({Purpose.ART}))
            self._take("Ann", step(10_000 * number, CaseStep.EVIDENCE, made.by, READ, made.case))
            for offset, who in ((10, "Ann"), (20, "Ben")):
                reading: Reading = replace(HOLDS, protection=doubt) if (number, who) == (doubted, "Ann") else HOLDS
                self._take(who, step(10_000 * number + offset, CaseStep.CLAIMED, made.by, READ, made.case))
                self._take(who, says(reading, 10_000 * number + offset + 1, made.by, READ, made.case))
        return [opening(number).case for number in numbers]

    def seen(self, tables: Mapping[str, list[dict[str, Any]]]) -> None:
        """Rows of the archive, as an act of ours writes them."""
        home = open_home(self.home)
        made = {name: pa.Table.from_pylist(rows, schema=TABLES[name].payload) for name, rows in tables.items()}
        with home.writing():
            write_act(self.settings("Ann"), Archive(home), Act("probe", "test", NOW), [made])

    def _take(self, who: str, event: CaseEvent) -> None:
        actor = self.actor(who)
        with casebook_of(self.settings(who), FixedClock(READ)) as casebook:
            own = replace(event, by=actor.id)
            if event.step is CaseStep.OPENED:
                casebook.cases.open(actor, [own])
            else:
                casebook.cases.follow(actor, own)


def office_at(folder: Path) -> Office:
    """An office with a day and recipients."""
    home = folder / "case.d"
    make_home(home, HomePolicy(), NOW)
    (home / "recipients.toml").write_text(RECIPIENTS)
    (folder / "day.toml").write_text(DAY)
    return Office(home)
