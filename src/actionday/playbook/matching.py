"""Match what was seen with what is known, and keep what came of it: after each import, after each new list, and when asked."""

from typing import Any

import polars as pl
import pyarrow as pa

from actionday.link.match import FLOOD, LEAD, FloodPolicy, Found, changes, find
from actionday.playbook.acts import MATCH, Act, write_act
from actionday.records import Clock, Progress
from actionday.settings import Settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import open_home
from actionday.stores.archive.schemas import MATCHES
from actionday.stores.archive.view import View

_CHUNK, _PATH = 500_000, "known content"
Changed = tuple[pl.DataFrame, Found]
RESEARCH = "a research home keeps no media and is matched with nothing"


def match(settings: Settings, clock: Clock, progress: Progress) -> dict[str, Any]:
    """Match the home; see docs/guide/known-content.md for the keys. Nothing is matched in a research home, and the answer says so."""
    home = open_home(settings.home)
    with home.writing():
        return match_in(settings, Archive(home, query_memory=settings.query_memory), clock, progress)


def match_in(settings: Settings, archive: Archive, clock: Clock, progress: Progress) -> dict[str, Any]:
    """As `match`, inside `home.writing()`."""
    if archive.home.policy.profile == "research":
        return {"skipped": RESEARCH, "lead": LEAD}
    progress.phase("matching known content", None, "steps")
    view = archive.view()
    found = find(view, FloodPolicy(settings.flood_posts, settings.flood_share))
    rows = changes(view, found)
    _write(settings, archive, view, (rows, found), clock)
    return {
        "standing": len(found.matches),
        "new": len(rows.filter(pl.col("state") == "matched")),
        "withdrawn": len(rows.filter(pl.col("state") == "withdrawn")),
        "harmless": found.harmless,
        "by_list": _by_list(found),
        "floods": found.floods,
        "lead": LEAD,
    }


def _by_list(found: Found) -> list[dict[str, Any]]:
    frame = pl.DataFrame(pl.from_arrow(found.matches))
    counted = frame.group_by("list", "kind").agg(
        matches=pl.len(), posts=pl.struct("channel", "post").n_unique(), channels=pl.col("channel").n_unique()
    )
    return counted.sort("list", "kind").to_dicts()


def _write(settings: Settings, archive: Archive, view: View, changed: Changed, clock: Clock) -> None:
    """Append the changes and set flooding hashes aside, under one ingest number. Nothing is written when nothing changed."""
    rows, found = changed
    floods = _fresh_floods(view, found)
    if not len(rows) and not floods:
        return
    now = clock.now()
    table = rows.with_columns(matched_at=pl.lit(now)).to_arrow()
    payload = pa.table([table[field.name].cast(field.type) for field in MATCHES.payload], schema=MATCHES.payload)
    pieces = [{"matches": payload.slice(start, _CHUNK)} for start in range(0, len(payload), _CHUNK)]
    write_act(settings, archive, Act(MATCH, _PATH, now), pieces or [{}], floods)


def _fresh_floods(view: View, found: Found) -> list[dict[str, str]]:
    """Rows of quarantine for hashes that flood and are not set aside yet."""
    aside = view.table("quarantine")
    known = view.arrow(aside.filter((aside.path == _PATH) & (aside.reason == FLOOD)).select("position"))
    told = [f"{one['list']}: {one['kind']}:{one['value']}" for one in found.floods]
    there = set(known["position"].to_pylist())
    return [{"position": one, "reason": FLOOD, "raw": ""} for one in told if one not in there]
