"""Where a brief's numbers come from, and whom its annex may name: read from the home. Not for: showing either."""

import json
import platform
from collections.abc import Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING

from actionday.playbook.casebooks import Decided
from actionday.playbook.orders import BriefOrder
from actionday.stores.archive.home import Home
from actionday.stores.archive.view import View

if TYPE_CHECKING:
    from actionday.brief.origin import BriefOrigin, Identities

LIBRARIES = ("deltalake", "duckdb", "ibis-framework", "numba", "numpy", "polars", "pyarrow", "scipy")


def origin_at(
    home: Home, view: View, order: BriefOrder, versions: Mapping[str, int], decided: Decided
) -> "BriefOrigin":
    """What a brief says of its origin: inputs with their hashes, versions of archive, casebook and libraries, quarantine."""
    from actionday.brief.origin import BriefOrigin, InputFile

    ingests, quarantine = view.table("ingests"), view.table("quarantine")
    done = view.arrow(ingests.filter(ingests.phase == "done").order_by("ingest")).to_pylist()
    reasons = view.arrow(quarantine.group_by("reason").agg(rows=quarantine.count()).order_by("reason")).to_pylist()
    return BriefOrigin(
        generated_at=order.clock.now(),
        product=f"{version('actionday')}",
        libraries={"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
        home=home.id,
        seed=order.seed,
        by=order.by,
        inputs=tuple(InputFile(row["path"], row["sha256"], row["format"], _rows(row["counts"])) for row in done),
        archive=dict(versions),
        casebook=decided.head,
        enrolled=decided.enrolled,
        registrations=decided.registrations,
        profile=home.policy.profile,
        content=home.policy.content,
        quarantine={row["reason"]: row["rows"] for row in reasons},
        synthetic=order.campaign.synthetic,
        marking=order.marking,
    )


def _rows(counts: str | None) -> int:
    return sum(value for value in json.loads(counts or "{}").values() if isinstance(value, int))


def identities_in(view: View, by: str, reason: str) -> "Identities":
    """Handles and names of every subject that is not a pseudonym, for an annex written by someone for a reason."""
    from actionday.brief.origin import Identities, Identity

    named: dict[str, Identity] = {}
    for table, label in (("accounts", "display_name"), ("channels", "title")):
        rows = view.table(table)
        distinct = (
            rows.filter(~rows.subject.contains(":pseudonym:"))
            .select("subject", "platform", "handle", name=rows[label])
            .distinct()
        )
        for row in view.arrow(distinct.order_by("subject", "handle", "name")).to_pylist():
            old = named.get(row["subject"], Identity())
            handles = (
                old.handles if row["handle"] is None or row["handle"] in old.handles else (*old.handles, row["handle"])
            )
            names = old.names if row["name"] is None or row["name"] in old.names else (*old.names, row["name"])
            named[row["subject"]] = Identity(names=names, handles=handles, links=old.links)
    return Identities(by=by, reason=reason, subjects=named)
