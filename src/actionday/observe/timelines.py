"""Posts and profiles of platforms where an account is its own venue, from frames to staged tables.

A timeline is a venue and its account the owner: whoever publishes on their own is listed in `memberships`, so that
pseudonymisation takes a publishing account for what it is. Posts that not everybody may read are counted, not kept, unless
`source.private_basis` names an order or consent. Rows that lack an id, an author or a time are refused alone.
Not for: what a format's keys mean (its reader's business), and never for how posts are fetched.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import polars as pl
import pyarrow as pa

from actionday.observe.reader import CHUNK_ROWS, Chunk, Refused, Source, staged_schema
from actionday.observe.times import Declared, Instants, parse_times

MEDIA = pl.Struct(
    {
        "kind": pl.String,
        "name": pl.String,
        "mime": pl.String,
        "size": pl.Int64,
        "width": pl.Int32,
        "height": pl.Int32,
        "seconds": pl.Float64,
    }
)
NOTES: dict[str, pl.DataType | type[pl.DataType]] = {
    "row": pl.Int64,  # where it stands in the file
    "native": pl.String,
    "author": pl.String,  # subject id
    "channel": pl.String,  # subject id; null: the author's own timeline
    "at": pl.String,
    "edited_at": pl.String,
    "text": pl.String,
    "hrefs": pl.List(pl.String),
    "language": pl.String,
    "reply_to": pl.String,
    "forward": pl.Boolean,
    "of": pl.String,  # whose post is passed on: a subject id or reference
    "of_name": pl.String,
    "views": pl.Int64,
    "media": pl.List(MEDIA),
    "hidden": pl.String,  # why not everybody may read it; null: everybody may
}
PEOPLE: dict[str, pl.DataType | type[pl.DataType]] = {
    "subject": pl.String,
    "kind": pl.String,
    "handle": pl.String,
    "display_name": pl.String,
    "bio": pl.String,
    "followers": pl.Int64,
    "created_at": pl.String,
    "state": pl.String,  # what the export itself says of the account, with the rule and evidence
    "rule": pl.String,
    "evidence": pl.String,
}
MOVES: dict[str, pl.DataType | type[pl.DataType]] = {
    "subject": pl.String,
    "target": pl.String,
    "kind": pl.String,
    "confidence": pl.Float64,
    "at": pl.String,
    "evidence": pl.String,
}
_YEARS = datetime(1970, 1, 1), datetime(2199, 12, 31)  # noqa: DTZ001 - compared with columns that are UTC throughout
NO_ID = "no id of the post"
NO_AUTHOR = "no author that can be told"
NO_TIME = "no time"
_Columns = Mapping[str, pl.DataType | type[pl.DataType]]


def framed(frame: pl.DataFrame, columns: _Columns, **given: pl.Expr) -> pl.DataFrame:
    """One of the frames above out of any frame: the columns given, the others null."""
    return frame.select(
        (given[name] if name in given else pl.lit(None)).cast(kind, strict=False).alias(name)
        for name, kind in columns.items()
    )


@dataclass(slots=True)
class Block:
    """What a reader made of one block of a file."""

    notes: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=NOTES))
    people: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PEOPLE))
    moves: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=MOVES))
    refused: list[Refused] = field(default_factory=list)


class Timelines:
    """Blocks of one file to chunks; `end` says what was hidden.

    `zone` is the format's own, where it leaves wall clocks bare (a database's UTC): no wall clock of the author's, so no offset.
    `unit` is what `row` of the notes counts.
    """

    def __init__(self, source: Source, zone: str | None = None, unit: str = "byte") -> None:
        self._source, self._zone, self._unit = source, zone, unit
        self._hidden: Counter[tuple[str, str]] = Counter()
        self._owners: set[str] = set()

    def chunks(self, block: Block) -> Iterator[Chunk]:
        """The staged tables of a block: posts, media, memberships, accounts, moves, sightings."""
        refused = list(block.refused)
        if not (block.notes.height or block.people.height or block.moves.height):
            if refused:
                yield Chunk(refused=refused)
            return
        notes = self._usable(self._shown(block.notes), refused)
        frames = {
            "accounts": self._accounts(block.people),
            "memberships": self._memberships(notes),
            "posts": _posts(notes),
            "media": _media(notes),
            "moves": self._moves(block.moves),
            "sightings": self._sightings(block.people),
        }
        yield from cut({name: staged(frame, name) for name, frame in frames.items() if frame.height}, refused)

    def end(self) -> Iterator[Chunk]:
        """How many posts were not for everybody, by account (numbered, not named) and reason."""
        numbers = {account: n for n, account in enumerate(dict.fromkeys(who for who, _ in self._hidden), 1)}
        told = [
            Refused(f"account {numbers[who]} of those with hidden posts", f"{count} posts {why}: not imported")
            for (who, why), count in self._hidden.items()
        ]
        if told:
            yield Chunk(refused=told)

    def _times(self, values: pl.Series) -> Instants:
        """Times of a column; one that is empty throughout is not looked at."""
        if values.null_count() == len(values):
            return parse_times(values.cast(pl.Null))
        usual = {None: "%Y-%m-%dT%H:%M:%S%.fZ", "UTC": "%Y-%m-%d %H:%M:%S"}.get(self._zone)
        if usual is not None:  # what most servers write is read at once; anything else is looked at properly
            plain = values.str.to_datetime(usual, time_unit="us", strict=False)
            if plain.null_count() == values.null_count() and plain.is_between(*_YEARS).all():
                nothing = pl.Series([None]).new_from_index(0, len(values))
                return Instants(plain.dt.replace_time_zone("UTC"), nothing.cast(pl.Int16), nothing.cast(pl.String))
        return parse_times(values, Declared(self._zone))

    def _shown(self, notes: pl.DataFrame) -> pl.DataFrame:
        hidden = notes.filter(pl.col("hidden").is_not_null())
        if not hidden.height or self._source.private_basis is not None:
            return notes
        by = hidden.group_by(pl.col("author").fill_null(""), "hidden", maintain_order=True).len()
        for who, why, count in by.iter_rows():
            self._hidden[who, why] += count
        return notes.filter(pl.col("hidden").is_null())

    def _usable(self, notes: pl.DataFrame, refused: list[Refused]) -> pl.DataFrame:
        """Posts that have all they need, times read; the others are refused with the first thing amiss."""
        times, edited = self._times(notes["at"]), self._times(notes["edited_at"])
        missing = (
            pl.when(~pl.col("native").str.contains(r"^[^\s\[{]").fill_null(value=False))
            .then(pl.lit(NO_ID))
            .when(pl.col("author").is_null())
            .then(pl.lit(NO_AUTHOR))
            .when(pl.col("when").is_null())
            .then(pl.coalesce("fault", pl.lit(NO_TIME)))
        )
        judged = notes.with_columns(
            times.at.alias("when"),
            (times.offset if self._zone is None else pl.lit(None, pl.Int16)).alias("at_offset"),
            times.reason.alias("fault"),
            edited.at.alias("edited_at"),
            pl.col("text").fill_null(""),
            pl.coalesce("channel", "author").alias("channel"),
        ).with_columns(missing.alias("missing"))
        bad = judged.filter(pl.col("missing").is_not_null()).select("row", "missing", pl.col("text").str.slice(0, 200))
        refused += [Refused(f"{self._unit} {row}", why, raw) for row, why, raw in bad.iter_rows()]
        return judged.filter(pl.col("missing").is_null()).with_columns(at="when")

    def _memberships(self, notes: pl.DataFrame) -> pl.DataFrame:
        """The owners of the timelines that begin here: authors who publish on their own."""
        own = notes.filter(pl.col("channel") == pl.col("author"))["author"].unique(maintain_order=True)
        fresh = own.filter(~own.is_in(list(self._owners)))
        self._owners.update(fresh.to_list())
        return pl.DataFrame({"account": fresh, "channel": fresh}).with_columns(
            pl.col("account").str.extract(r"^([^:]+):", 1).alias("platform"),
            pl.lit("owner").alias("role"),
            _time(self._source).alias("seen_at"),
        )

    def _accounts(self, people: pl.DataFrame) -> pl.DataFrame:
        if not people.height:
            return people
        born = self._times(people["created_at"])
        made = people.with_columns(
            born.at.alias("created_at"),
            *_id_parts("subject"),
            pl.col("kind").fill_null("user"),
            _time(self._source).alias("seen_at"),
            pl.lit(self._source.vantage, pl.String).alias("vantage"),
        )
        return made.drop("state", "rule", "evidence").unique(maintain_order=True)

    def _moves(self, moves: pl.DataFrame) -> pl.DataFrame:
        if not moves.height:
            return moves
        apart = moves.filter((pl.col("subject") != pl.col("target")).fill_null(value=False))
        return apart.with_columns(
            self._times(apart["at"]).at.alias("at"),
            pl.col("subject").str.extract(r"^([^:]+):", 1).alias("platform"),
            pl.col("target").str.extract(r"^([^:]+):", 1).alias("target_platform"),
        ).unique(maintain_order=True)

    def _sightings(self, people: pl.DataFrame) -> pl.DataFrame:
        """States that the export itself tells; dated by when it was taken, and without that not told at all."""
        told = people.filter(pl.col("state").is_not_null())
        if self._source.seen_at is None or not told.height:
            return pl.DataFrame()
        return told.select(
            "subject",
            pl.col("subject").str.extract(r"^([^:]+):", 1).alias("platform"),
            _time(self._source).alias("at"),
            "state",
            pl.lit("export").alias("basis"),
            "rule",
            "evidence",
            pl.lit(self._source.vantage, pl.String).alias("vantage"),
        ).unique(maintain_order=True)


def staged(frame: pl.DataFrame, table: str) -> pa.Table:
    """A frame with some of a staged table's columns as that table; the rest is null, what is no column is left out."""
    schema = staged_schema(table)
    have = frame.select([name for name in schema.names if name in frame.columns]).to_arrow()
    columns = [
        have[column.name].cast(column.type) if column.name in have.column_names else pa.nulls(frame.height, column.type)
        for column in schema
    ]
    return pa.table(columns, schema=schema)


def _posts(notes: pl.DataFrame) -> pl.DataFrame:
    return notes.with_columns(
        pl.col("channel").str.extract(r"^([^:]+):", 1).alias("platform"),
        pl.when("forward").then(pl.lit("forward")).otherwise(pl.lit("original")).alias("kind"),
        pl.when("forward").then("of").alias("forward_from"),
        pl.when("forward").then("of_name").alias("forward_name"),
        pl.col("media").list.len().fill_null(0).clip(0, 32_767).cast(pl.Int16).alias("n_media"),
    )


def _media(notes: pl.DataFrame) -> pl.DataFrame:
    some = notes.filter(pl.col("media").list.len() > 0).select("channel", pl.col("native").alias("post"), "at", "media")
    placed = some.with_columns(pl.int_ranges(pl.col("media").list.len(), dtype=pl.Int64).alias("position"))
    made = placed.explode("media", "position").filter(pl.col("position") < 32_768)
    return made.with_columns(
        pl.col("channel").str.extract(r"^([^:]+):", 1).alias("platform"), pl.col("media").struct.unnest()
    )


def _id_parts(column: str) -> tuple[pl.Expr, pl.Expr]:
    parts = pl.col(column).str.extract_groups(r"^([^:]+):[^:]+:((?s:.+))$")
    return parts.struct.field("1").alias("platform"), parts.struct.field("2").alias("native")


def _time(source: Source) -> pl.Expr:
    seen = None if source.seen_at is None else source.seen_at.astimezone(UTC)
    return pl.lit(seen, pl.Datetime("us", "UTC"))


def cut(tables: Mapping[str, pa.Table], refused: list[Refused]) -> Iterator[Chunk]:
    """Chunks of at most CHUNK_ROWS rows a table; refusals go with the first."""
    rows = max([len(table) for table in tables.values()], default=0)
    for start in range(0, max(rows, 1), CHUNK_ROWS):
        piece = {name: table.slice(start, CHUNK_ROWS) for name, table in tables.items() if len(table) > start}
        if piece or (refused and start == 0):
            yield Chunk(piece, refused if start == 0 else [])


def chunks_of(source: Source, blocks: Iterable[Block], nothing: str) -> Iterator[Chunk]:
    """A whole file's chunks from its blocks; a file without a post and without a profile is refused with `nothing`."""
    timelines, seen = Timelines(source), False
    for block in blocks:
        seen = seen or bool(block.notes.height or block.people.height)
        yield from timelines.chunks(block)
    if not seen:
        yield Chunk(refused=[Refused("file", nothing)])
    yield from timelines.end()
