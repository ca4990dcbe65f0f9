"""What shows that a subject was there: looks, profile snapshots and posts, under one name per subject.

All functions return Ibis expressions; times are UTC. `known_until` cuts evidence off (None: nothing is cut).
Not for: what the evidence means (see `cohort` and `endings`).
"""

from datetime import datetime

import ibis
import ibis.expr.types as ir

from actionday.records import State
from actionday.stores.archive.view import View

ALIVE = (State.PRESENT, State.RESTRICTED, State.RENAMED)
OFFICES = ("owner", "admin", "bot")
OWN_TIMELINE = "publisher"


def staged(view: View, table: ir.Table) -> ir.Table:
    """Run an aggregate once and go on with its rows, so that no later query scans the posts again for it."""
    return ibis.memtable(view.arrow(table))


def attach(left: ir.Table, right: ir.Table, *keys: str) -> ir.Table:
    """Left join on equal keys that keeps the left key columns only."""
    joined = left.left_join(right, list(keys))
    return joined.drop(*[f"{key}_right" for key in keys])


def attach_all(left: ir.Table, *rights: ir.Table) -> ir.Table:
    """Left join of several tables on `subject`, as one chain, which compiles faster than nested joins."""
    joined = left
    for number, right in enumerate(rights):
        renamed = right.rename(**{f"key_{number}": "subject"})
        joined = joined.left_join(renamed, left.subject == renamed[f"key_{number}"])
    return joined.drop(*[f"key_{number}" for number in range(len(rights))])


def up_to(table: ir.Table, column: str, known_until: datetime | None) -> ir.Table:
    """Rows dated at or before `known_until`."""
    if known_until is None:
        return table
    return table.filter(table[column] <= ibis.literal(known_until, "timestamp('UTC')"))


def aliases(view: View) -> ir.Table | None:
    """`pseudonym`, `known_as`: pseudonyms under which accounts were stored before their role was known; None: there are none.

    Runs at once: most archives have none, and a join less in every query is worth the look.
    """
    accounts = view.table("accounts")
    named = accounts.filter(accounts.pseudonym.notnull() & (accounts.pseudonym != accounts.subject))
    found = view.arrow(named.group_by("pseudonym").agg(known_as=named.subject.min()))
    return ibis.memtable(found) if len(found) else None


def unify(table: ir.Table, column: str, alias: ir.Table | None) -> ir.Table:
    """Replace pseudonyms in `column` by the ids they turned out to be."""
    if alias is None:
        return table
    joined = table.left_join(alias, table[column] == alias.pseudonym)
    return joined.mutate(**{column: ibis.coalesce(joined.known_as, joined[column])}).drop("known_as", "pseudonym")


def part(subject: ir.StringValue, number: int) -> ir.StringValue:
    """A part of a subject id's text: 0 is the platform, 1 the kind (account, channel, pseudonym)."""
    return subject.split(":")[number]


def looks(view: View, known_until: datetime | None = None) -> ir.Table:
    """One row a look: subject, at, state, basis, rule, vantage ("" where unnamed), source (vantage, else platform)."""
    sightings = up_to(view.table("sightings"), "at", known_until)
    named = unify(sightings.select("subject", "at", "state", "basis", "rule", "vantage"), "subject", aliases(view))
    return named.mutate(
        source=ibis.coalesce(named.vantage, part(named.subject, 0)), vantage=ibis.coalesce(named.vantage, "")
    )


def snapshots(view: View, known_until: datetime | None = None) -> ir.Table:
    """One row a profile snapshot with a time: subject, at, vantage, source, language, size (followers or members)."""
    accounts, channels = view.table("accounts"), view.table("channels")
    columns = ["subject", "platform", "seen_at", "vantage", "language"]
    both = ibis.union(
        accounts.select(*columns, size=accounts.followers), channels.select(*columns, size=channels.members)
    )
    dated = up_to(both.filter(both.seen_at.notnull()), "seen_at", known_until).rename(at="seen_at")
    return dated.mutate(source=ibis.coalesce(dated.vantage, dated.platform))


def spans(posts: ir.Table, key: str) -> ir.Table:
    """First and last post and number of post versions by subject; `key` is `channel` or `author`."""
    known = posts.filter(posts[key].notnull())
    return known.group_by(subject=known[key]).agg(first=known["at"].min(), last=known["at"].max(), n=known.count())


def taken(posts: ir.Table) -> ir.Table:
    """`ingest`, `taken`: when a file of posts was taken at the earliest, which is when its last post was written."""
    return posts.group_by("ingest").agg(taken=posts["at"].max())


def readings(posts: ir.Table, key: str, files: ir.Table) -> ir.Table:
    """By subject and language: when the first file with a post of it was `taken` (as `first`), last post, post versions.

    Files are looked up before grouping, not after: a group for each subject and file would be ten times as many.
    """
    dated = posts.filter(posts[key].notnull()).inner_join(files, "ingest")
    return dated.group_by(subject=dated[key], language=dated.language).agg(
        first=dated.taken.min(), last=dated["at"].max(), n=dated.count()
    )


def offices(view: View) -> ir.Table:
    """`subject`, `office` (admin, bot or user): accounts that hold, or held, a role.

    Bots are bots whatever else they are. Who owns nothing but their own timeline publishes and runs no venue: a user.
    """
    alias = aliases(view)
    held = view.table("memberships")
    held = held.filter(held.role.isin(OFFICES))
    own = (held.role == "owner") & (held.account == held.channel)
    held = held.select(subject="account", role=ibis.ifelse(own, OWN_TIMELINE, held.role))
    told = view.table("accounts")
    told = told.filter(told.kind.isin(OFFICES)).select(subject="subject", role="kind")
    both = unify(ibis.union(held, told), "subject", alias)
    rank = ibis.cases((both.role == "bot", 2), (both.role == OWN_TIMELINE, 0), else_=1)
    office = both.mutate(rank=rank).group_by("subject").agg(rank=lambda t: t["rank"].max())
    return office.select(
        "subject", office=ibis.cases((office["rank"] == 2, "bot"), (office["rank"] == 1, "admin"), else_="user")
    )


def presence(view: View, known_until: datetime | None = None) -> ir.Table:
    """Evidence of presence by subject, source and language: first, last, n.

    Subjects are channels, accounts that hold a role, and whatever has looks of its own; ordinary members are left out.
    Posts count as one source per platform: a single file may hold a single channel, whose first post is its birth
    rather than the beginning of an observation. Posts are read back in time: that a channel posted long before it was
    exported could only be learned because it was still there at the export, so its `first` is when the file was taken
    (at the earliest: the file's last post), not its oldest post. Else lifetimes would hold immortal time.
    """
    seen = looks(view, known_until)
    shown = snapshots(view, known_until)
    posts = up_to(view.table("posts"), "at", known_until)
    alias = aliases(view)
    members = ibis.union(offices(view).select("subject"), seen.select("subject"), distinct=True)
    asked = members if alias is None else ibis.union(members, alias.select(subject="pseudonym"), distinct=True)
    alive = seen.filter(seen.state.isin(ALIVE)).mutate(language=ibis.null("string"))
    files = staged(view, taken(posts))
    asked_of = posts.semi_join(asked, posts.author == asked.subject)
    written = unify(readings(asked_of, "author", files), "subject", alias)
    is_channel = part(shown.subject, 1) == "channel"
    shown = ibis.union(shown.filter(is_channel), shown.filter(~is_channel).semi_join(members, "subject"))
    pieces = [
        _by_source(alive),
        _by_source(shown.mutate(language=ibis.null("string"))),
        _as_source(readings(posts, "channel", files)),
        _as_source(written.semi_join(members, "subject")),
    ]
    return ibis.union(*pieces)


def _by_source(table: ir.Table) -> ir.Table:
    return table.group_by("subject", "source", "language").agg(
        first=table["at"].min(), last=table["at"].max(), n=table.count()
    )


def _as_source(table: ir.Table) -> ir.Table:
    rows = table.group_by("subject", "language").agg(
        first=table["first"].min(), last=table["last"].max(), n=table.n.sum()
    )
    source = ibis.literal("posts:") + part(rows.subject, 0)
    return rows.mutate(source=source).select("subject", "source", "language", "first", "last", "n")
