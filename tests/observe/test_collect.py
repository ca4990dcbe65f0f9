"""Live reading, end to end with a live reader of the test's own: files are fetched, read in like any export, and gone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.observe.knocking import settings

from actionday import playbook
from actionday.observe.live import Collected
from actionday.observe.outside import Outside, Target
from actionday.playbook.planning import Decision
from actionday.playbook.reaching import Means
from actionday.records import FixedClock, InputError, Silent, UsageError
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import open_home

NOW = datetime(2020, 1, 10, 12, tzinfo=UTC)


@dataclass
class Lines:
    """Writes status checks, one a call, as a live reader would write what it fetched."""

    name: str = "lines"
    title: str = "Lines"
    version: int = 1
    platforms: tuple[str, ...] = ("website",)
    format: str = "sightings"
    extra: str = ""
    credentials: tuple[str, ...] = ()
    sees: str = "nothing"
    asked: list[str | None] = field(default_factory=list)

    async def collect(self, target: Target, cursor: str | None, folder: Path, outside: Outside) -> Collected:
        if target.native == "closed.example":
            raise InputError(target.subject, "not readable in public")
        self.asked.append(cursor)
        number = int(cursor or 0) + 1
        path = folder / "looks.csv"
        path.write_text(f"subject,time,state\n{target.subject},2020-01-{number:02d}T00:00:00Z,present\n")
        return Collected((path,), str(number), "1 look")


def means(live: Mapping[str, Lines]) -> Means:
    return Means(FixedClock(NOW), Silent(), live=dict(live))


def test_what_was_fetched_is_read_in_once_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    home, lines = tmp_path / "home", Lines()
    subject = "website:channel:open.example"
    first = playbook.collect(
        settings(home),
        (subject, "website:channel:closed.example"),
        None,
        means({"lines": lines}),
        Decision(True, "ref 7"),
    )
    assert first["fetched"] == {subject: "1 look"}
    assert "not readable in public" in first["left"]["website:channel:closed.example"]
    playbook.collect(settings(home), (subject,), None, means({"lines": lines}))
    assert lines.asked == [None, "1"]
    view = Archive(open_home(home)).view()
    assert view.table("sightings").count().to_pyarrow().as_py() == 2
    assert not (home / "collected").exists()
    assert "open.example" not in (home / "cursors.json").read_text()


def test_nothing_is_fetched_out_of_reach(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="out of reach"):
        playbook.collect(settings(tmp_path), ("telegram:channel:1",), None, means({"lines": Lines()}))
    with pytest.raises(UsageError, match="cannot be read live"):
        playbook.collect(settings(tmp_path), ("website:channel:a.example",), None, means({}))
    with pytest.raises(UsageError, match="no subject id"):
        playbook.collect(settings(tmp_path), ("https://a.example",), None, means({}))
