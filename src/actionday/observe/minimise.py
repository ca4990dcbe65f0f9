"""What is kept of people: pseudonyms for everybody without a role, and nothing at all of those who were forgotten.

The same account gets the same pseudonym in one home and another in every other home (`records.pseudonym`). Suppression
compares keyed hashes, so the list names nobody. Both work on the distinct values of a column, not on its rows.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from actionday.records import name_hash, pseudonym, subject_hash

_PERSON_COLUMNS = {
    "accounts": ("subject",),
    "memberships": ("account", "channel"),
    "posts": ("channel", "author", "forward_from"),  # where a person's own page is the venue, the venue is a person
    "links": ("channel", "author"),
    "media": ("channel",),
    "sightings": ("subject",),
    "moves": ("subject", "target"),
    "link_judgements": ("subject", "target"),
    "referrals": ("subject",),
    "referral_events": ("subject",),
    "audits": ("subject",),
    "affiliations": ("subject",),  # under the name by which looks and posts know it, else it would join to nothing
}
_PROFILE_COLUMNS = ("native", "handle", "display_name", "bio")
OFFICER_ROLES = ("owner", "admin", "bot")


@dataclass(frozen=True, slots=True)
class Naming:
    """Who keeps an id: accounts in `officers`, unless `everyone` is set. `key` is the home's pseudonym key."""

    key: bytes
    officers: frozenset[str] = frozenset()
    everyone: bool = False

    def name(self, subject: str) -> str:
        """The id to store for a subject."""
        if not self.everyone and subject in self.officers:
            return subject
        return pseudonym(self.key, subject)


def officers_in(tables: dict[str, pa.Table]) -> set[str]:
    """Accounts that a batch itself shows to be owners, admins or bots."""
    found: set[str] = set()
    memberships, accounts = tables.get("memberships"), tables.get("accounts")
    if memberships is not None:
        ranked = memberships.filter(pc.is_in(memberships["role"], pa.array(OFFICER_ROLES)))
        found.update(ranked["account"].unique().to_pylist())
    if accounts is not None:
        ranked = accounts.filter(pc.fill_null(pc.is_in(accounts["kind"], pa.array(("bot", "admin"))), False))
        found.update(ranked["subject"].unique().to_pylist())
    return found


def rename_people(tables: dict[str, pa.Table], naming: Naming) -> dict[str, pa.Table]:
    """Replace the ids of people without a role by pseudonyms, and empty the profiles that would name them."""
    renamed = {}
    for name, table in tables.items():
        columns = _PERSON_COLUMNS.get(name, ())
        fresh = table
        for column in columns:
            fresh = _replace(fresh, column, naming.name)
        if name == "accounts":
            fresh = _strip_profiles(fresh, table["subject"], naming)
        elif name == "posts":
            fresh = _strip_forward_names(fresh, naming.key)
        elif name == "links":
            fresh = _strip_numbers(fresh, naming.key)
            if naming.everyone:
                fresh = _strip_targets(fresh, naming.key)
        renamed[name] = fresh
    return renamed


def suppress(tables: dict[str, pa.Table], key: bytes, hashes: frozenset[str]) -> tuple[dict[str, pa.Table], int]:
    """Drop every row that names a forgotten subject, in any column of ids. Returns the rest and how many rows went."""
    if not hashes:
        return tables, 0
    kept, dropped = {}, 0
    for name, table in tables.items():
        fresh = table
        for column in ("subject", "account", "channel", "author", "forward_from", "target", "pseudonym"):
            if column in fresh.column_names and len(fresh):
                fresh = _without(fresh, column, lambda value: subject_hash(key, value) in hashes)
        dropped += len(table) - len(fresh)
        kept[name] = fresh
    return kept, dropped


def _without(table: pa.Table, column: str, unwanted: Callable[[str], bool]) -> pa.Table:
    bad = [value for value in table[column].unique().to_pylist() if value is not None and unwanted(value)]
    if not bad:
        return table
    return table.filter(pc.invert(pc.is_in(table[column], pa.array(bad, pa.string()))))


def _replace(table: pa.Table, column: str, rename: Callable[[str], str]) -> pa.Table:
    encoded = table[column].combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    words = encoded.dictionary.to_pylist()
    fresh = pa.array([None if word is None else rename(word) for word in words], pa.string())
    return table.set_column(table.column_names.index(column), table.schema.field(column), fresh.take(encoded.indices))


def _strip_profiles(table: pa.Table, original: pa.ChunkedArray, naming: Naming) -> pa.Table:
    hidden = pc.equal(table["subject"], original)
    for column in _PROFILE_COLUMNS:
        value = pc.if_else(hidden, table[column], pa.scalar(None, pa.string()))
        table = table.set_column(table.column_names.index(column), table.schema.field(column), value)
    # An account that keeps its id also says what it was called before its role was known.
    known = pc.if_else(
        pc.and_(hidden, pc.match_substring(original, ":account:")), original, pa.scalar(None, pa.string())
    )
    alias = pa.array([None if v is None else pseudonym(naming.key, v) for v in known.to_pylist()], pa.string())
    return table.set_column(table.column_names.index("pseudonym"), table.schema.field("pseudonym"), alias)


def _strip_numbers(table: pa.Table, key: bytes) -> pa.Table:
    """Links that hold a telephone number keep a pseudonym for it, and no URL."""
    named = pc.fill_null(pc.starts_with(table["target"], "whatsapp:account:"), False)
    bare = pc.fill_null(pc.match_substring_regex(table["url"], r"(wa\.me/|t\.me/\+|phone=)\+?\d+"), False)
    if not pc.any(pc.or_(named, bare)).as_py():
        return table
    hidden = _replace(table, "target", lambda target: pseudonym(key, target))
    target = pc.if_else(named, hidden["target"], table["target"])
    url = pc.if_else(pc.or_(named, bare), pa.scalar(None, pa.string()), table["url"])
    for column, value in (("target", target), ("url", url)):
        table = table.set_column(table.column_names.index(column), table.schema.field(column), value)
    return table


def _strip_targets(table: pa.Table, key: bytes) -> pa.Table:
    """Links that lead to an account keep a pseudonym for it, and no URL: of other people too nobody is named."""
    account = pc.fill_null(pc.equal(table["target_kind"], "account"), False)
    if not pc.any(account).as_py():
        return table

    def hidden(target: str) -> str:
        platform, _, name = target.partition(":@")
        return pseudonym(key, f"{platform}:account:@{name}" if name else target)

    target = pc.if_else(account, _replace(table, "target", hidden)["target"], table["target"])
    url = pc.if_else(account, pa.scalar(None, pa.string()), table["url"])
    for column, value in (("target", target), ("url", url)):
        table = table.set_column(table.column_names.index(column), table.schema.field(column), value)
    return table


def _strip_forward_names(table: pa.Table, key: bytes) -> pa.Table:
    """A forward's display name stays when the origin is a channel; else a keyed hash stands for it."""
    is_channel = pc.fill_null(pc.match_substring(table["forward_from"], ":channel:"), False)
    names = table["forward_name"].combine_chunks().dictionary_encode()
    if isinstance(names, pa.ChunkedArray):
        names = names.combine_chunks()
    words = names.dictionary.to_pylist()
    hashed = pa.array([None if word is None else name_hash(key, word) for word in words], pa.string()).take(
        names.indices
    )
    value = pc.if_else(is_channel, table["forward_name"], hashed)
    return table.set_column(table.column_names.index("forward_name"), table.schema.field("forward_name"), value)
