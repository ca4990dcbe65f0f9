"""What an archive tells of each subject, as the tables of `Profiles`: one query a family of evidence.

Who is compared, and who ended when and how, is not decided here: it comes as `people`. Not for: comparing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from actionday.link.scripts import digest_keys, script_of, text_keys, words
from actionday.link.tables import NAMES, SIGNALS, SUBJECTS, TIME, TOKENS, Profiles, conform, token_place
from actionday.stores.archive.view import View

PEOPLE = pa.schema(
    [
        pa.field("subject", pa.string(), nullable=False),
        pa.field("platform", pa.string(), nullable=False),
        ("kind", pa.string()),
        ("language", pa.string()),
        ("begun_at", TIME),
        ("last_at", TIME),
        ("ended_at", TIME),
        ("ending", pa.string()),
        ("finding", pa.bool_()),
    ]
)
"""Who is compared: a row a subject, with its end (null: there when last seen), or a finding on it."""

ALIKE = pa.schema([("subject", pa.string()), ("other", pa.string()), ("family", pa.string())])
"""Pairs of subjects that post near-duplicates; family: media | texts. Equal digests need no row."""

FEWEST_FOR_HOURS = 20
_DECLARED = ("tombstone", "move", "destroy", "migrate", "announced", "forward")
_OFFICES = ("owner", "admin")


@dataclass(frozen=True, slots=True)
class Known:
    """What comes from outside the archive: who is compared, near-duplicates, and who goes by a real name."""

    people: pa.Table
    alike: pa.Table | None = None
    real_names: Iterable[str] = field(default_factory=tuple)


def read_profiles(view: View, known: Known) -> Profiles:
    """The profiles of `known.people`, sorted by subject."""
    people = conform(known.people, PEOPLE).sort_by("subject")
    reader = _Reader(view, people)
    named = reader.names()
    tokens = [
        _word_tokens(named.filter(pc.equal(named["what"], "display_name")), "display_name"),
        _word_tokens(reader.bios(), "bio"),
        *reader.posted(),
        *reader.linked(),
        *reader.roles(),
        _alike_tokens(reader, known.alike),
    ]
    return Profiles.of(
        {
            "subjects": _subjects(reader, people, named, set(known.real_names)),
            "names": named,
            "tokens": pa.concat_tables(tokens),
            "signals": reader.signals(),
        }
    )


class _Reader:
    """Queries over the archive, each answered as Arrow with rows of `people` for subjects."""

    def __init__(self, view: View, people: pa.Table) -> None:
        self.view = view
        self.ids = people["subject"].combine_chunks()
        number = pa.array(np.arange(len(people), dtype=np.int32))
        self.rows = ibis.memtable(pa.table({"who": self.ids, "number": number}))
        self._owned = self._posts()

    def of(self, table: ir.Table, column: str) -> ir.Table:
        """The rows whose `column` is among the people, with `number`."""
        return table.inner_join(self.rows, table[column] == self.rows.who).drop("who")

    def arrow(self, table: ir.Table) -> pa.Table:
        """Run a query."""
        return self.view.arrow(table)

    def _posts(self) -> ir.Table:
        """Posts by whose they are: the venue's, and the author's."""
        posts = self.view.table("posts")
        columns = ["at", "kind", "text_sha256", "length", "forward_from", "channel", "native"]
        venue = posts.select(*columns, owner="channel")
        author = posts.filter(posts.author.notnull() & (posts.author != posts.channel)).select(*columns, owner="author")
        return self.of(ibis.union(venue, author), "owner")

    def names(self) -> pa.Table:
        """Every handle and display name anyone ever had."""
        accounts, channels = self.view.table("accounts"), self.view.table("channels")
        parts = [
            accounts.select("subject", what=ibis.literal("handle"), text="handle"),
            channels.select("subject", what=ibis.literal("handle"), text="handle"),
            accounts.select("subject", what=ibis.literal("display_name"), text="display_name"),
            channels.select("subject", what=ibis.literal("display_name"), text="title"),
        ]
        every = ibis.union(*parts)
        found = self.of(every.filter(every.text.notnull()), "subject")
        table = self.arrow(found.select("number", "what", "text").distinct().order_by("number", "what", "text"))
        return table.rename_columns(NAMES.names).cast(NAMES)

    def bios(self) -> pa.Table:
        """Profile texts, all of them."""
        accounts, channels = self.view.table("accounts"), self.view.table("channels")
        both = ibis.union(accounts.select("subject", text="bio"), channels.select("subject", text="description"))
        found = self.of(both.filter(both.text.notnull()), "subject").select(subject="number", text="text").distinct()
        return self.arrow(found)

    def sizes(self) -> pa.Table:
        """Followers or members when last known: subject (row), followers."""
        accounts, channels = self.view.table("accounts"), self.view.table("channels")
        both = ibis.union(
            accounts.select("subject", "seen_at", size="followers"),
            channels.select("subject", "seen_at", size="members"),
        )
        known = self.of(both.filter(both["size"].notnull()), "subject")
        return self.arrow(known.group_by(subject="number").agg(followers=known["size"].argmax(known.seen_at)))

    def activity(self) -> tuple[pa.Table, pa.Table]:
        """Posts by subject (first, last, when the first tenth was written), and by subject and hour."""
        own = self._owned.filter(self._owned.kind != "service")
        micros = own["at"].epoch_seconds()
        whole = own.group_by(subject="number").agg(
            first=own["at"].min(), last=own["at"].max(), tenth=micros.quantile(0.1), posts=own.count()
        )
        by_hour = own.group_by(subject="number", hour=own["at"].hour()).agg(posts=own.count())
        return self.arrow(whole), self.arrow(by_hour)

    def posted(self) -> list[pa.Table]:
        """Tokens of texts, media and sources of forwards."""
        own = self._owned
        texts = own.filter((own.kind == "original") & own.text_sha256.notnull())
        digests = self.arrow(texts.select("number", "text_sha256").distinct())
        media = self.view.table("media")
        media = media.filter(media.sha256.notnull()).select("channel", "post", "sha256")
        files = own.inner_join(media, (own.channel == media.channel) & (own.native == media.post))
        hashes = self.arrow(files.filter(files.kind == "original").select("number", "sha256").distinct())
        forwards = self.arrow(own.filter(own.forward_from.notnull()).select("number", "forward_from").distinct())
        return [
            _tokens("texts", digests["number"], digest_keys(digests["text_sha256"])),
            _tokens("media", hashes["number"], digest_keys(hashes["sha256"])),
            _tokens("forwards", forwards["number"], text_keys(forwards["forward_from"])),
        ]

    def linked(self) -> list[pa.Table]:
        """Tokens of invites and of other places linked to, from posts of one's own."""
        links = self._links()
        rows = self.arrow(links.select("number", "kind", place=ibis.coalesce(links.target, links.url)).distinct())
        rows = rows.filter(rows["place"].is_valid())
        invited = pc.equal(rows["kind"], "invite")
        found = []
        for family, part in (("invites", rows.filter(invited)), ("links", rows.filter(pc.invert(invited)))):
            found.append(_tokens(family, part["number"], text_keys(part["place"])))
        return found

    def _links(self) -> ir.Table:
        """Links in posts of one's own, by whose they are; links of a venue are its author's too."""
        links = self.view.table("links")
        links = links.filter(links.own.fill_null(True) & (links.kind != "talk"))
        columns = ["at", "kind", "target", "url"]
        venue = links.select(*columns, owner="channel")
        author = links.filter(links.author.notnull() & (links.author != links.channel)).select(*columns, owner="author")
        return self.of(ibis.union(venue, author), "owner")

    def roles(self) -> list[pa.Table]:
        """Tokens of offices and memberships: a venue has its people, an account the venues it is a member of.

        Accounts that administer the same venue are colleagues, which says nothing of whether they are one.
        """
        held = self.view.table("memberships")
        office = held.role.isin(_OFFICES)
        run = held.filter(office).select(owner="channel", other="account")
        joined = held.filter(~office)
        joined = ibis.union(
            joined.select(owner="channel", other="account"), joined.select(owner="account", other="channel")
        )
        found = []
        for family, part in (("admins", run), ("members", joined)):
            rows = self.arrow(self.of(part, "owner").select("number", "other").distinct())
            found.append(_tokens(family, rows["number"], text_keys(rows["other"])))
        return found

    def signals(self) -> pa.Table:
        """Who linked to whom, and who declared a move to whom; handles mean whoever is known to have had them."""
        links, moves = self._links(), self.view.table("moves")
        declared = self.of(moves.filter(moves.kind.isin(_DECLARED)), "subject")
        both = ibis.union(
            links.filter(links.target.notnull()).select("number", "target", "at", declared=ibis.literal(False)),
            declared.select("number", "target", "at", declared=ibis.literal(True)),
        )
        meant = both.inner_join(self._references(), both.target == self._references().reference)
        rows = (
            meant.filter(meant.number != meant.holder)
            .group_by("number", "holder", "declared")
            .agg(at=meant["at"].min())
        )
        table = self.arrow(rows.select(source="number", target="holder", declared="declared", at="at"))
        return conform(table, SIGNALS)

    def _references(self) -> ir.Table:
        """`reference`, `holder`: subject ids, and handles as links write them."""
        accounts, channels = self.view.table("accounts"), self.view.table("channels")
        columns = ["subject", "platform", "handle"]
        shown = self.of(ibis.union(accounts.select(*columns), channels.select(*columns)), "subject")
        shown = shown.filter(shown.handle.notnull())
        handles = shown.select(
            reference=shown.platform + ":@" + shown.handle.lower().re_replace("^@+", ""), holder=shown.number
        )
        ids = self.rows.select(reference="who", holder="number")
        return ibis.union(handles, ids, distinct=True)


def _subjects(reader: _Reader, people: pa.Table, named: pa.Table, real: set[str]) -> pa.Table:
    n = len(people)
    whole, by_hour = reader.activity()
    sizes = reader.sizes()
    at = whole["subject"].to_numpy()
    posts = np.zeros(n, np.int64)
    posts[at] = whole["posts"].to_numpy()
    first, last = _spread(whole["first"], at, n), _spread(whole["last"], at, n)
    tenth = pc.cast(pc.multiply(pc.cast(whole["tenth"], pa.float64()), 1e6), pa.int64(), safe=False).cast(TIME)
    days = np.zeros(n)
    days[at] = (
        pc.cast(whole["last"], pa.int64()).to_numpy() - pc.cast(whole["first"], pa.int64()).to_numpy()
    ) / 86_400e6
    columns = {
        **{name: people[name] for name in PEOPLE.names},
        "script": _scripts(named, n),
        "begun_at": _extreme(pc.min_element_wise, people["begun_at"], first),
        "last_at": _extreme(pc.max_element_wise, people["last_at"], last),
        "busy_at": _spread(tenth, at, n),
        "real_name": pc.is_in(people["subject"], value_set=pa.array(sorted(real), pa.string())),
        "posts": posts,
        "per_day": pa.array(posts / np.maximum(days, 1.0), mask=posts == 0),
        "followers": _spread(sizes["followers"], sizes["subject"].to_numpy(), n),
        "hours": _hours(by_hour, posts),
    }
    return conform(pa.table(columns), SUBJECTS)


def _extreme(which: Callable[..., pa.Array], one: pa.ChunkedArray, other: pa.Array) -> pa.Array:
    """The earlier or the later of two times, whichever is known."""
    return which(one.combine_chunks().cast(pa.int64()), other.cast(pa.int64())).cast(TIME)


def _hours(by_hour: pa.Table, posts: NDArray[np.int64]) -> pa.Array:
    counts = np.zeros((len(posts), 24), np.float32)
    counts[by_hour["subject"].to_numpy(), by_hour["hour"].to_numpy()] = by_hour["posts"].to_numpy()
    values = pa.array(counts.reshape(-1))
    return pa.FixedSizeListArray.from_arrays(values, 24, mask=pa.array(posts < FEWEST_FOR_HOURS))


def _spread(values: pa.ChunkedArray, at: NDArray[np.int32], n: int) -> pa.Array:
    """The values at rows `at` of n, null elsewhere."""
    place = np.full(n, -1, np.int64)
    place[at] = np.arange(len(at))
    taken = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    return taken.take(pa.array(place, mask=place < 0))


def _scripts(named: pa.Table, n: int) -> pa.Array:
    shown = named.filter(pc.equal(named["what"], "display_name"))
    owner = shown["subject"].to_numpy()
    rows, first = np.unique(owner, return_index=True)
    return _spread(script_of(shown["text"].take(pa.array(first))), rows, n)


def _tokens(family: str, owner: pa.ChunkedArray, token: NDArray[np.int64]) -> pa.Table:
    place = pa.array(np.full(len(token), token_place(family), np.int8))
    return pa.table([owner.cast(pa.int32()), place, pa.array(token)], schema=TOKENS)


def _word_tokens(texts: pa.Table, family: str) -> pa.Table:
    row, key = words(texts["text"])
    return _tokens(family, texts["subject"].take(pa.array(row)), key)


def _alike_tokens(reader: _Reader, alike: pa.Table | None) -> pa.Table:
    """A near-duplicate pair as a token that only those two have."""
    if alike is None or not len(alike):
        return TOKENS.empty_table()
    table = conform(alike, ALIKE)
    a, b = (pc.index_in(table[name], value_set=reader.ids) for name in ("subject", "other"))
    kept = pc.and_(a.is_valid(), b.is_valid())
    table, a, b = table.filter(kept), a.filter(kept), b.filter(kept)
    low, high = pc.min_element_wise(a, b), pc.max_element_wise(a, b)
    key = text_keys(
        pc.binary_join_element_wise("alike", low.cast(pa.string()), high.cast(pa.string()), table["family"], " ")
    )
    parts = []
    for owner in (a, b):
        for family in ("media", "texts"):
            mine = pc.equal(table["family"], family)
            parts.append(_tokens(family, owner.filter(mine), key[mine.to_numpy(zero_copy_only=False)]))
    return pa.concat_tables(parts)
