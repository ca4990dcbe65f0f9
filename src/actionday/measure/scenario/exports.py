"""The world as an observer's folder of exports: staged tables for every reader, in bounded pieces.

Two collecting accounts export what they still can read at each date, a crawler and a data set cover other venues, tables
hold the other platforms. What was removed between two exports is lost, as in life.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from actionday.measure.scenario import listings
from actionday.measure.scenario.draws import Flags, Ints, stage
from actionday.measure.scenario.judgements import link_judgements
from actionday.measure.scenario.listings import Register
from actionday.measure.scenario.lives import PLATFORMS, TELEGRAM
from actionday.measure.scenario.posts import DAY, SECOND, Batch, Slice
from actionday.measure.scenario.probes import sightings
from actionday.measure.scenario.referrals import sheet_tables
from actionday.measure.scenario.staging import Phrases, media_table, post_table, versions

EXPORT_DAYS = tuple(sorted({*range(30, 547, 30), 52, 56, 75, 445, 446, 447, 448, 449, 451, 460, 475, 547}))
"""Days since the start at which the collecting accounts export: monthly, and every day around the second action day."""

SINGLE_DAY, DATASET_DAY, OVERLAP_DAYS, FLUSH_ROWS = 448, 285, 2, 150_000
SNAPSHOT_DAYS = tuple(range(9, 547, 30))
LOST_SNAPSHOT = 219
"""One list of the series was not kept: a vanished file is no removal."""

NATIVE = {
    "xmpp": "xmpp_export",
    "matrix": "element_export",
    "rocketchat": "rocketchat_api",
    "twitter": "twitter_v2",
    "gnusocial": "gnusocial",
    "diaspora": "diaspora_api",
    "friendica": "friendica",
    "website": "warc",
}
"""Which reader writes what is posted on a platform. MeWe has no export, and Threema's holds one's own chats: tables."""

VERSIONED = ("xmpp", "matrix")
"""Where an edit is a message of its own, which names the one it corrects."""

FORMATS = {
    "xmpp": "csv",
    "mewe": "csv",
    "matrix": "jsonl",
    "rocketchat": "jsonl",
    "threema": "csv",
    "twitter": "parquet",
    "gnusocial": "jsonl",
    "diaspora": "jsonl",
    "friendica": "csv",
    "website": "parquet",
    "telegram": "csv",
}


@dataclass(frozen=True, slots=True)
class Export:
    """One export to be written: by which reader, into which folder (relative), from which staged tables, with which options.

    Options: `format` (csv | jsonl | parquet), `layout` (full | single), `vantage`, `seen_at` (ISO, UTC), `platform`.
    """

    reader: str
    folder: str
    tables: Mapping[str, pa.Table]
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reach:
    """Which venues each way of collecting covers."""

    joined: tuple[Flags, ...]
    crawled: Flags
    dataset: Flags
    listed: Flags

    @classmethod
    def of(cls, book: Register) -> "Reach":
        """Draw it: collecting accounts overlap, crawler and data set add venues of their own, tables cover nine in ten."""
        rng, n = stage(book.seed, "reach"), len(book.cast)
        home = book.cast.platform == TELEGRAM
        return cls(
            tuple((rng.random(n) < share) & home & book.found for share in book.parameters.observer.joined),
            (rng.random(n) < 0.12) & home & book.found,
            (rng.random(n) < 0.12) & home & book.found,
            (rng.random(n) < 0.9) & ~home & book.found,
        )


def readable(book: Register, reach: Flags, day: float) -> Flags:
    """Of the venues covered, those found, still there and not private at that day."""
    eye = book.eye
    return np.asarray(reach & (eye.found <= day) & (book.cast.end > day) & (eye.private_at > day))


def exports(book: Register, said: Phrases, batches: Iterator[tuple[Slice, Batch]]) -> Iterator[Export]:
    """Every export, about in the order in which an analyst would have made them."""
    yield from _lists(book)
    collection = _Collection(book, said, Reach.of(book))
    yield from collection.run(batches)
    yield _plain("judgements/moves", "moves", collection.untold(), "jsonl")
    for number, (vantage, looks) in enumerate(sightings(book.parameters, book.seed, book.cast, book.profile, book.eye)):
        for part, begin in enumerate(range(0, len(looks), 500_000)):
            folder = f"checks/{vantage}/part-{number:03d}-{part}"
            yield Export("sightings", folder, {"sightings": looks.slice(begin, 500_000)}, {"vantage": vantage})


def _lists(book: Register) -> Iterator[Export]:
    # read before the profiles: who holds a role keeps its name
    yield _plain("memberships", "memberships", listings.memberships(book), "csv")
    for code, platform in enumerate(PLATFORMS):
        for name, venues in (("channels", True), ("accounts", False)):
            rows = listings.profiles_of(book, code, venues=venues)
            if len(rows):
                yield _plain(f"profiles/{platform}-{name}", name, rows, FORMATS[platform])
    yield _plain("judgements/affiliations", "affiliations", listings.affiliations(book), "csv")
    yield _plain("judgements/links", "link_judgements", link_judgements(book), "csv")
    sheet = sheet_tables(book)
    if sheet:
        yield Export("table", "referrals", sheet, {"format": "csv"})
    yield Export("announced", "announced/telegram", {"announced": listings.announced(book)})
    yield from _snapshots(book)


def _plain(folder: str, name: str, rows: pa.Table, form: str) -> Export:
    return Export("table", folder, {name: rows}, {"format": form})


def _snapshots(book: Register) -> Iterator[Export]:
    """Monthly member lists of the busiest XMPP and Matrix server, as the server itself prints them."""
    cast = book.cast
    for platform in ("xmpp", "matrix"):
        everyone = np.flatnonzero(cast.is_account & (cast.platform == PLATFORMS.index(platform)))
        if not len(everyone):
            continue
        hosts = book.profile.server.take(pa.array(everyone)).dictionary_encode()
        codes = np.asarray(hosts.indices)
        busiest = int(np.bincount(codes).argmax())
        mine = everyone[codes == busiest]
        days = np.array([d for d in SNAPSHOT_DAYS if d != LOST_SNAPSHOT], np.float64)
        who, when = np.nonzero((cast.birth[mine][:, None] <= days) & (cast.end[mine][:, None] > days))
        rows, at = mine[who], days[when]
        server = hosts.dictionary[busiest].as_py()
        looks = listings.table(
            "sightings",
            {
                "subject": book.profile.subject.take(pa.array(rows)),
                "platform": pa.repeat(platform, len(rows)),
                "at": listings.instants(book.parameters, at),
                "state": pa.repeat("present", len(rows)),
                "basis": pa.repeat("listing", len(rows)),
                "rule": pa.repeat("synthetic.listed", len(rows)),
                "vantage": pa.repeat(server, len(rows)),
            },
            len(rows),
        )
        tables = {"sightings": looks, "accounts": listings.accounts(book, rows, at, server)}
        yield Export("snapshots", f"snapshots/{platform}-members", tables, {"platform": platform, "vantage": server})


class _Collection:
    """Walks through the slices and hands out exports; keeps what must wait for a fuller file."""

    def __init__(self, book: Register, said: Phrases, reach: Reach) -> None:
        self.book, self.said, self.reach = book, said, reach
        self.waiting: dict[tuple[str, str], list[pa.Table]] = {}
        self.files: dict[tuple[str, str], list[pa.Table]] = {}
        self.parts: dict[tuple[str, str], int] = {}
        self.moves = listings.moves_table(book)
        self.told = pa.array([], pa.string())
        self.tail: Batch | None = None

    def run(self, batches: Iterator[tuple[Slice, Batch]]) -> Iterator[Export]:
        for cut, batch in batches:
            for v in range(len(self.reach.joined)):
                yield from self._account(cut, batch, v)
            self._others(cut, batch)
            yield from self._flush(FLUSH_ROWS)
            edge = self._instant(cut.end - OVERLAP_DAYS)
            self.tail = batch.take((batch.at >= edge) & (self.book.cast.platform[batch.venue] == TELEGRAM))
        yield from self._flush(1)

    def _instant(self, day: float) -> int:
        return int(self.book.parameters.origin.timestamp()) * SECOND + round(day * DAY)

    def _account(self, cut: Slice, batch: Batch, v: int) -> Iterator[Export]:
        """What one collecting account exports at the slice's end: everything it still reads, and some chats alone."""
        parameters, watch = self.book.parameters, self.book.parameters.observer
        vantage = watch.vantages[v]
        if vantage in parameters.blinded and cut.until > parameters.blind_from:
            return
        sees = readable(self.book, self.reach.joined[v], cut.until)
        whole = batch if self.tail is None or cut.part else self.tail.plus(batch)
        rows = np.flatnonzero(sees[whole.venue])
        rows = rows[np.argsort(whole.venue[rows], kind="stable")]
        if not len(rows):
            return
        when = parameters.instant(cut.until)
        options = {"vantage": vantage, "seen_at": when.isoformat(), "layout": "full"}
        folder = f"telegram/{vantage}/{when:%Y-%m-%d}" + (f"-part-{cut.part + 1}" if cut.part else "")
        yield Export("telegram_export", folder, self._chats(cut, whole.take(rows), v), options)
        if cut.until == SINGLE_DAY and cut.part == 0:
            busiest = np.argsort(np.bincount(whole.venue[rows]), kind="stable")[::-1][:3]
            for number, venue in enumerate(busiest):
                alone = self._chats(cut, whole.take(rows[whole.venue[rows] == venue]), v)
                yield Export("telegram_export", f"{folder}-single-{number + 1}", alone, {**options, "layout": "single"})

    def _chats(self, cut: Slice, batch: Batch, v: int) -> dict[str, pa.Table]:
        book, watch = self.book, self.book.parameters.observer
        vantage, venues = watch.vantages[v], np.unique(batch.venue)
        until = float(cut.until)
        authors = np.unique(batch.author[batch.author >= 0])
        authors = authors[book.cast.end[authors] > until]  # an export has no name for an account that is gone by then
        tables = {
            "channels": listings.channels(book, venues, np.full(len(venues), until), vantage),
            "accounts": listings.accounts(book, authors, np.full(len(authors), until), vantage),
            "posts": post_table(batch, book.cast, book.profile, self.said, (self._instant(until), watch.offsets[v])),
            "media": media_table(batch, book.cast, book.profile),
        }
        return {name: rows for name, rows in tables.items() if len(rows)}

    def _others(self, cut: Slice, batch: Batch) -> None:
        """What the crawler, the data set and the tables of other platforms add."""
        book, parameters = self.book, self.book.parameters
        crawl = readable(book, self.reach.crawled, cut.until)
        if not (parameters.only_observer_goes_blind and cut.until > parameters.blind_from):
            self._keep(("fourcat", "telegram"), batch, crawl[batch.venue], cut.until)
        if cut.end <= DATASET_DAY:
            there = self.reach.dataset & (book.cast.end > DATASET_DAY) & (book.cast.birth < DATASET_DAY)
            self._keep(("tgdataset", "telegram"), batch, there[batch.venue], DATASET_DAY)
        found = _found_instants(book)
        listed = self.reach.listed[batch.venue] & (batch.at >= found[batch.venue])
        for code, platform in enumerate(PLATFORMS):
            if code != TELEGRAM:
                key = (NATIVE.get(platform, "table"), platform)
                self._keep(key, batch, listed & (book.cast.platform[batch.venue] == code), cut.until)

    def untold(self) -> pa.Table:
        """The explicit moves that no room's own export holds."""
        return self.moves.filter(pc.invert(pc.is_in(self.moves["subject"], self.told)))

    def _keep(self, key: tuple[str, str], batch: Batch, rows: Flags, day: float) -> None:
        if rows.any():
            some, book = batch.take(rows), self.book
            posts = post_table(some, book.cast, book.profile, self.said, (self._instant(day), 0))
            if key[1] in VERSIONED:
                posts = versions(posts, dated=key[1] == "matrix")
            self.waiting.setdefault(key, []).append(posts)
            if key[0] in NATIVE.values():
                self.files.setdefault(key, []).append(media_table(some, book.cast, book.profile))

    def _flush(self, at_least: int) -> Iterator[Export]:
        for key, tables in list(self.waiting.items()):
            if sum(map(len, tables)) < at_least:
                continue
            del self.waiting[key]
            number = self.parts[key] = self.parts.get(key, 0) + 1
            posts = pa.concat_tables(tables).combine_chunks()
            yield self._file(key, number, posts)

    def _file(self, key: tuple[str, str], number: int, posts: pa.Table) -> Export:
        reader, platform = key
        if reader == "table":
            return _plain(f"posts/{platform}-{number:02d}", "posts", posts, FORMATS[platform])
        if reader in NATIVE.values():
            return Export(reader, f"posts/{platform}-{number:02d}", self._native(key, posts))
        book = self.book
        day = float(DATASET_DAY if reader == "tgdataset" else book.parameters.days)
        known = pc.is_in(book.profile.subject, value_set=posts["channel"].unique())
        venues = np.flatnonzero(np.asarray(known))
        tables = {
            "posts": posts,
            "channels": listings.channels(book, venues, np.full(len(venues), day), reader, dated=reader == "tgdataset"),
        }
        when = book.parameters.instant(day).isoformat()
        return Export(reader, f"{reader}/{number:02d}", tables, {"seen_at": when, "vantage": reader, "format": "csv"})

    def _native(self, key: tuple[str, str], posts: pa.Table) -> dict[str, pa.Table]:
        """Posts with what a platform's own export holds besides: files, and of rooms what they are called and where they went."""
        book, platform = self.book, key[1]
        tables = {"posts": posts, "media": pa.concat_tables(self.files.pop(key))}
        if platform in ("xmpp", "matrix", "rocketchat"):
            venues = np.flatnonzero(np.asarray(pc.is_in(book.profile.subject, value_set=posts["channel"].unique())))
            rooms = listings.channels(book, venues, np.full(len(venues), -np.inf))
            tables["channels"] = rooms
            tables["moves"] = self.moves.filter(pc.is_in(self.moves["subject"], rooms["subject"].combine_chunks()))
            self.told = pa.concat_arrays([self.told, tables["moves"]["subject"].combine_chunks()])
        return {name: rows for name, rows in tables.items() if len(rows)}


def _found_instants(book: Register) -> Ints:
    """When each subject came under observation, in microseconds since 1970."""
    found = np.minimum(book.eye.found, 1e5) * DAY
    return np.asarray(found.astype(np.int64) + int(book.parameters.origin.timestamp()) * SECOND)
