"""What a home holds: rows by table, what lies in quarantine, what never finished. Not for: measuring it."""

from typing import Any

from actionday.playbook.acts import ACTS
from actionday.settings import Settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import open_home


def stats(settings: Settings) -> dict[str, Any]:
    """Rows by table, quarantine by reason, imports that never finished."""
    archive = Archive(open_home(settings.home), query_memory=settings.query_memory)
    view = archive.view()
    quarantine = view.table("quarantine")
    reasons = view.arrow(quarantine.group_by("reason").agg(rows=quarantine.count())).to_pylist()
    begun = view.arrow(view.table("ingests").select("ingest", "phase", "path", "format")).to_pylist()
    done = {row["ingest"] for row in begun if row["phase"] == "done"}
    return {
        "home": archive.home.id,
        "content": archive.home.policy.content,
        "profile": archive.home.policy.profile,
        "tables": archive.counts(),
        "quarantine": {
            row["reason"]: row["rows"] for row in sorted(reasons, key=lambda row: (-row["rows"], row["reason"]))
        },
        # Plans, rounds of looks and matchings that were stopped are not taken up again: the next one makes what is missing.
        "unfinished": sorted({row["path"] for row in begun if row["ingest"] not in done and row["format"] not in ACTS}),
    }
