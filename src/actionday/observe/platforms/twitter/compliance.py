"""The reader of batch compliance results: which accounts are gone or closed, as Twitter itself says.

The file lists ids of tweets or of accounts and does not say which; the job that asked for it knew. So it needs to be told,
by ``ids = "users"`` in a mapping file beside it, or by a name that says users or tweets. Only accounts have a state here:
of tweets no author is named, so they are counted and left out. Accounts that are not listed are still valid, which the file
does not say either. X allows these results for keeping a data set compliant; see docs/formats/twitter_compliance.md.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl
import pyarrow as pa

from actionday.observe.platforms.twitter import examples
from actionday.observe.platforms.twitter.shapes import COMPLIANCE
from actionday.observe.platforms.twitter.staging import NO_ID, subject
from actionday.observe.reader import Chunk, Part, Recognised, Refused, Source
from actionday.observe.tabular.batch import Batch, pieces
from actionday.observe.tabular.jsonshaped import form_of, read_shaped
from actionday.observe.timelines import staged
from actionday.observe.times import parse_times
from actionday.records import State

STATES = {
    "deleted": State.CLOSED_UNKNOWN_ACTOR,
    "deactivated": State.CLOSED_BY_OWNER,
    "protected": State.PRIVATE_OR_PROBER_BLOCKED,
    "suspended": State.SUSPENDED_REVERSIBLE,
}
"""What a reason says of an account. `scrub_geo` and `bounced` are about tweets."""

RULE = "twitter.compliance."
UNTOLD = 'the file does not say whether its ids are tweets or users: put ids = "users" into a mapping file beside it'
OF_TWEETS = "results about tweets name no account, so they say nothing of one"
_LINE = re.compile(rb'\{(?=[^}]*"redacted_at")(?=[^}]*"reason")(?=[^}]*"action")[^{}]*\}')


class TwitterCompliance:
    """Results of a batch compliance job: one JSON object a line with id, action, reason and when."""

    name = "twitter_compliance"
    title = "X batch compliance results (users)"
    version = 1
    suffixes: tuple[str, ...] = (".json", ".jsonl", ".ndjson", ".txt")

    def recognise(self, head: bytes, name: str) -> Recognised:
        """By the keys of a line. What the ids are must be told where the name does not."""
        if not _LINE.search(head[:4096]):
            return Recognised(0)
        of = _ids(Source(Path(name), name))
        return Recognised(92, f"X compliance results about {of or 'tweets or users'}", () if of else ("mapping",))

    def parts(self, source: Source) -> Iterator[Part]:
        """One part."""
        yield Part(weight=source.path.stat().st_size)

    def read(self, source: Source, part: Part) -> Iterator[Chunk]:
        """One sighting a line about an account, dated by `redacted_at`."""
        with source.path.open("rb") as file:
            form = form_of(file.read(65_536), source.name)
        of = _ids(source)
        if form is None or of is None:
            yield Chunk(refused=[Refused("file", "no JSON objects" if form is None else UNTOLD)])
            return
        for batch in pieces(read_shaped(source.path, form, COMPLIANCE)):
            if of == "tweets":
                batch.refused.append(Refused(_rows(batch), f"{len(batch.numbers)} {OF_TWEETS}"))
                yield Chunk(refused=batch.refused)
            else:
                yield _chunk(batch, source)

    def examples(self) -> Mapping[str, bytes]:
        """Results of a job about users."""
        return examples.COMPLIANCE

    def write(self, rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
        """Write the sightings that a compliance result can hold as ``users-compliance.json``."""
        table = rows.get("sightings")
        if table is None:
            return []
        reason = pl.col("rule").str.strip_prefix(RULE)
        frame = pl.DataFrame(table).filter(
            (pl.col("platform") == "twitter") & pl.col("rule").str.starts_with(RULE) & reason.is_in(list(STATES))
        )
        if not frame.height:
            return []
        folder.mkdir(parents=True, exist_ok=True)
        lines = frame.select(
            pl.col("subject").str.strip_prefix("twitter:account:").alias("id"),
            pl.lit("delete").alias("action"),
            pl.lit(None, pl.String).alias("created_at"),
            pl.col("at").dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").alias("redacted_at"),
            reason.alias("reason"),
        )
        path = folder / "users-compliance.json"
        lines.write_ndjson(path)
        return [path]


def _ids(source: Source) -> str | None:
    """``users`` or ``tweets``: declared, else by a word in the file's name."""
    declared = (source.mapping or {}).get("ids")
    if declared in ("users", "tweets"):
        return str(declared)
    words = re.findall(r"(tweet|post|user|account)s?", Path(source.name).name.lower())
    kinds = {"tweets" if word in ("tweet", "post") else "users" for word in words}
    return kinds.pop() if len(kinds) == 1 else None


def _rows(batch: Batch) -> str:
    numbers = batch.numbers.to_list()
    return f"rows {numbers[0]} to {numbers[-1]}" if numbers else "file"


def _chunk(batch: Batch, source: Source) -> Chunk:
    if not len(batch.numbers):
        return Chunk(refused=batch.refused)
    times = parse_times(batch.frame["redacted_at"])
    known = pl.col("reason").replace_strict({key: str(state) for key, state in STATES.items()}, default=None)
    frame = batch.frame.with_columns(
        batch.numbers.alias("row"), times.at.alias("at"), times.reason.alias("fault"), known.alias("state")
    )
    why = (
        pl.when(~pl.col("id").str.contains(r"^[0-9]{1,20}$").fill_null(value=False))
        .then(pl.lit(NO_ID.replace("tweet", "account")))
        .when(pl.col("action") != "delete")
        .then(pl.lit("an action that is not known"))
        .when(pl.col("state").is_null())
        .then(pl.lit("a reason that says nothing of an account's state"))
        .when(pl.col("at").is_null())
        .then(pl.coalesce("fault", pl.lit("no redacted_at")))
    )
    frame = frame.with_columns(why.alias("why"))
    bad = frame.filter(pl.col("why").is_not_null()).select("row", "why", pl.coalesce("reason", pl.lit("")))
    refused = [*batch.refused, *(Refused(f"row {row}", reason, raw) for row, reason, raw in bad.iter_rows())]
    good = frame.filter(pl.col("why").is_null()).select(
        subject(pl.col("id")).alias("subject"),
        pl.lit("twitter").alias("platform"),
        "at",
        "state",
        pl.lit("export").alias("basis"),
        pl.concat_str(pl.lit(RULE), "reason").alias("rule"),
        pl.lit("batch compliance result").alias("evidence"),
        pl.lit(source.vantage, pl.String).alias("vantage"),
    )
    return Chunk({"sightings": staged(good.unique(maintain_order=True), "sightings")} if good.height else {}, refused)
