"""How often a removal was wrong: what outsiders found who re-read some of them, and what the people concerned could do about it.

Only a sample drawn at random and re-read by somebody from outside tells the rate of error; contests count only those who knew that they could.
Not for: removal rates, which stand beside these (`recipients_rates`).
"""

import polars as pl

from actionday.measure.intervals import proportion
from actionday.measure.recipients_read import KEY
from actionday.measure.survey import Strata, stratified
from actionday.records import Estimate
from actionday.stores.archive.view import View

NOT_AUDITED = "not given without its rate of error: no outsider re-read a random sample of what was removed"


def audits(view: View) -> pl.DataFrame:
    """The newest verdict of each outsider's re-reading: ref, subject, verdict, stratum, stratum_size."""
    rows = pl.DataFrame(view.arrow(view.table("audits").drop("row", "ingest")))
    rows = rows.filter(pl.col("outside").fill_null(value=False)).sort("audited_at", "reader")
    return rows.unique(KEY, keep="last", maintain_order=True).select(*KEY, "verdict", "stratum", "stratum_size")


def wrongful(rows: pl.DataFrame, read: pl.DataFrame, group: dict[str, str], level: float = 0.95) -> Estimate:
    """The share of the removals of `rows` that an outsider calls wrongful, weighted by strata where these are named.

    `rows` are removals of a sheet, `read` the audits. Value None where none of them was re-read.
    """
    mine = rows.join(read, on=KEY, how="inner")
    clear = mine.filter(pl.col("verdict") != "unclear")
    caveats = ["as an outsider judges who re-read them; valid only if what was re-read was drawn at random"]
    if len(clear) < len(mine):
        caveats.append(f"{len(mine) - len(clear)} of {len(mine)} re-read stayed unclear and are left out")
    sized = clear["stratum"].is_not_null().all() and clear["stratum_size"].is_not_null().all()
    if not len(clear):
        return _estimate("wrongful_share", (None, None, None), 0, "none", [NOT_AUDITED], group)
    if not sized:
        found = proportion(int((clear["verdict"] == "wrongful").sum()), len(clear), level)
        caveats.append("one sample: how it was drawn is not on record, so nothing is weighted")
        return _estimate("wrongful_share", found, len(clear), "share of those re-read, Wilson", caveats, group)
    by = clear.group_by("stratum").agg(
        hits=(pl.col("verdict") == "wrongful").sum(), drawn=pl.len(), size=pl.col("stratum_size").max()
    )
    arrays = (by.sort("stratum")[name].cast(pl.Float64).to_numpy() for name in ("hits", "drawn", "size"))
    said = f"stratified random sample ({len(by)} {'stratum' if len(by) == 1 else 'strata'}), weighted, Wilson at its effective size"
    return _estimate("wrongful_share", stratified(Strata(*arrays), level), len(clear), said, caveats, group)


def in_words(error: Estimate) -> str:
    """The error as it stands beside a removal rate."""
    assert error.value is not None
    assert error.low is not None
    assert error.high is not None
    where = ", ".join(error.group.values())
    of = f" of {where}" if where else ""
    return (
        f"wrongful removals{of}: {error.value:.1%} ({error.low:.1%} to {error.high:.1%}, n = {error.n}), {error.method}"
    )


def contests(rows: pl.DataFrame, group: dict[str, str], level: float = 0.95) -> list[Estimate]:
    """Contests possible (of what was removed), received (of the possible), upheld (of the decided), and reinstatements."""
    able = rows.filter(pl.col("contestable").fill_null(value=False))
    counted = [
        ("contest_possible_share", int(rows["contestable"].fill_null(value=False).sum()), len(rows)),
        ("contest_received_share", int(able["contested"].sum()), len(able)),
        ("contest_upheld_share", int(rows["upheld"].sum()), int(rows["decided"].sum())),
        ("reinstated_share", int(rows["reinstated"].sum()), len(rows)),
    ]
    return [
        _estimate(name, proportion(k, n, level), n, "share, Wilson", [] if n else ["none to count"], group)
        for name, k, n in counted
    ]


def _estimate(
    name: str,
    found: tuple[float | None, float | None, float | None],
    n: int,
    method: str,
    caveats: list[str],
    group: dict[str, str],
) -> Estimate:
    return Estimate(name, *found, "share", n, method, caveats=tuple(caveats), group=group)
