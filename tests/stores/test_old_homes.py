"""A home that a release made must still open, be read, measured, added to and cleaned. Each release adds one to `fixtures`.

actionday observe import EXAMPLES/ --content text --home home-VERSION      (the readers' own examples)
actionday forget telegram:account:424242 --home home-VERSION
tar cJf home-VERSION.tar.xz home-VERSION
"""

import os
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from actionday import playbook
from actionday.observe.orders import ImportOptions
from actionday.observe.registry import readers
from actionday.records import FixedClock, Silent
from actionday.settings import Settings, load_settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import open_home

CLOCK = FixedClock(datetime(2020, 1, 1, tzinfo=UTC))
HOMES = sorted((Path(__file__).parent / "fixtures").glob("home-*.tar.xz"))
ROWS = {
    "home-0.1.0": {"accounts": 7, "channels": 11, "posts": 19, "links": 2, "sightings": 11, "media": 4, "ingests": 30, "erasures": 2}
}  # fmt: skip


@pytest.fixture(params=HOMES, ids=[home.name.removesuffix(".tar.xz") for home in HOMES])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    with tarfile.open(request.param) as tar:
        tar.extractall(tmp_path, filter="data")
    (home,) = tmp_path.iterdir()
    return load_settings({**os.environ, "ACTIONDAY_HOME": str(home), "ACTIONDAY_PARSERS": "1"}, tmp_path)


def test_every_release_left_one() -> None:
    assert {home.name.removesuffix(".tar.xz") for home in HOMES} == set(ROWS)


def test_it_opens_measures_takes_nothing_twice_and_forgets(old: Settings, tmp_path: Path) -> None:
    expected = ROWS[old.home.name]
    tables = playbook.stats(old)["tables"]
    assert {name: tables[name] for name in expected} == expected
    measured, _ = playbook.measure(old, ["coverage"], playbook.Asked(), CLOCK, Silent())
    assert measured[0].estimates[0].n > 0
    exports = tmp_path / "exports"
    view = Archive(open_home(old.home)).view()
    known = set(view.arrow(view.table("ingests").select("format"))["format"].to_pylist())
    assert {"telegram_export", "table", "sightings"} <= known
    for name in known:
        for file, content in readers()[name].examples().items():
            path = exports / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    report = playbook.import_exports(old, [exports], ImportOptions(vantage="again"), None, CLOCK, Silent())
    assert report.rows["posts"] == 0, "read again under another declaration, and nothing is new"
    erased = playbook.forget(old, "telegram:channel:1311111111", "asked", CLOCK)["erased"]
    assert sum(counts["erased"] for counts in erased.values()) > 0
