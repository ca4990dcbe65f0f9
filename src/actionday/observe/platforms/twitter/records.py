"""What an archive says of its account's own history: changes of name and suspensions, as sightings.

Keys of ``screen-name-change.js`` were read in published archives' descriptions; those of ``account-suspension.js`` come from
the archive's own README (a time and an action), its spelling of actions is unverified: unknown ones are refused.
"""

from typing import Any

import polars as pl

from actionday.observe.platforms.twitter.owner import Owner
from actionday.observe.reader import Refused, Source
from actionday.observe.tabular.jsonshaped import Form, columns_of, read_shaped
from actionday.observe.times import parse_times

RENAMED, SUSPENDED, REINSTATED = "twitter.archive.renamed", "twitter.archive.suspended", "twitter.archive.reinstated"
_CHANGE = {"changedAt": "VARCHAR", "changedFrom": "VARCHAR", "changedTo": "VARCHAR"}
_CHANGES = {"screenNameChange": {"accountId": "VARCHAR", "screenNameChange": _CHANGE}}
_SUSPENSIONS = {"accountSuspension": {"timeStamp": "VARCHAR", "action": "VARCHAR"}}

Judged = tuple[pl.DataFrame, list[Refused]]


def renamed(source: Source, form: Form, owner: Owner) -> Judged:
    """A sighting `renamed` a change; `evidence` is JSON with `from` and `to`."""
    frame, refused = _rows(source, form, _CHANGES)
    inner = pl.col("screenNameChange").struct
    change = inner.field("screenNameChange").struct
    fields = {"from": change.field("changedFrom"), "to": change.field("changedTo")}
    whole = pl.all_horizontal(value.is_not_null() for value in fields.values())
    evidence = pl.struct(value.alias(name) for name, value in fields.items()).struct.json_encode()
    frame = frame.with_columns(
        change.field("changedAt").alias("time"),
        pl.lit("renamed").alias("state"),
        pl.lit(RENAMED).alias("rule"),
        evidence.alias("evidence"),
        pl.when(~whole).then(pl.lit("a change of name without both names")).alias("why"),
    )
    return _judged(frame, refused, source, owner)


def suspended(source: Source, form: Form, owner: Owner) -> Judged:
    """A sighting for each suspension and each reinstatement."""
    frame, refused = _rows(source, form, _SUSPENSIONS)
    inner = pl.col("accountSuspension").struct
    action = inner.field("action")
    shut, open_ = action.str.contains("(?i)^suspen"), action.str.contains("(?i)^(?:un-?suspen|reinstat)")
    frame = frame.with_columns(
        inner.field("timeStamp").alias("time"),
        pl.when(shut).then(pl.lit("suspended_reversible")).when(open_).then(pl.lit("present")).alias("state"),
        pl.when(shut).then(pl.lit(SUSPENDED)).otherwise(pl.lit(REINSTATED)).alias("rule"),
        action.alias("evidence"),
    )
    frame = frame.with_columns(
        pl.when(pl.col("state").is_null()).then(pl.lit("an action that is not known")).alias("why")
    )
    return _judged(frame, refused, source, owner)


def _rows(source: Source, form: Form, shape: dict[str, Any]) -> Judged:
    frames, refused = [pl.DataFrame(schema={"row": pl.Int64, **columns_of(shape)})], []
    for batch in read_shaped(source.path, form, shape):
        refused += batch.refused
        if len(batch.numbers):
            frames.append(batch.frame.select(batch.numbers.alias("row"), next(iter(shape))))
    return pl.concat(frames), refused


def _judged(frame: pl.DataFrame, refused: list[Refused], source: Source, owner: Owner) -> Judged:
    times = parse_times(frame["time"])
    why = pl.coalesce("why", pl.when(times.at.is_null()).then(pl.coalesce(times.reason, pl.lit("no time"))))
    frame = frame.with_columns(times.at.alias("at"), why.alias("why"))
    bad = frame.filter(pl.col("why").is_not_null())
    refused += [Refused(f"row {row}", reason) for row, reason in bad.select("row", "why").iter_rows()]
    good = frame.filter(pl.col("why").is_null()).select(
        pl.lit(f"twitter:account:{owner.native}").alias("subject"),
        pl.lit("twitter").alias("platform"),
        "at",
        "state",
        pl.lit("export").alias("basis"),
        "rule",
        "evidence",
        pl.lit(source.vantage, pl.String).alias("vantage"),
    )
    return good.unique(maintain_order=True), refused
