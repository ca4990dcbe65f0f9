"""The families of evidence, as data: what each compares, its levels, what it may prove, and where training starts from.

A level is a step of agreement; -1 stands for absent, which weighs nothing. `start` is how often a level is expected
between two subjects of one operator before any data was seen; training moves it, and a small home moves it little.
Not for: how a level is found (`compare`), or what it weighs (`train`).
"""

from dataclasses import dataclass
from enum import StrEnum

ABSENT = -1
"""The level of a family about which nothing is known of one of the two."""


class Role(StrEnum):
    """What a family may prove: see `propose`."""

    NAME = "name"  # never counts among the independent families
    DIRECT = "direct"  # a signal of the subjects' own
    SHARED = "shared"  # something both have that few have
    STYLE = "style"  # never suffices without a direct signal
    TIME = "time"  # opportunity; decides the relation, counts as no family


@dataclass(frozen=True, slots=True)
class Family:
    """One family. Families of one `group` are not independent of one another; `agrees` is the first level that counts."""

    name: str
    group: str
    role: Role
    levels: tuple[str, ...]
    start: tuple[float, ...]
    agrees: int
    says: str


_RARITY = ("none", "only what more than 50 have", "something at most 50 have", "something at most 10 have", "several")
_KEPT = (0.45, 0.1, 0.1, 0.15, 0.2)


def _tokens(name: str, group: str, role: Role, says: str) -> Family:
    return Family(name, group, role, _RARITY, _KEPT, 2, says)


FAMILIES: tuple[Family, ...] = (
    Family(
        "handle",
        "name",
        Role.NAME,
        ("different", "distant", "similar", "same, and common", "same, and rare"),
        (0.6, 0.1, 0.1, 0.05, 0.15),
        2,
        "Jaro-Winkler similarity of the nearest handles either ever had, after transliteration, leetspeak and affixes: "
        "0.75 distant, 0.88 similar; the same skeleton is common when more than 10 subjects have it",
    ),
    _tokens(
        "display_name",
        "name",
        Role.NAME,
        "words of display names, by how many subjects of the same script and language have them",
    ),
    _tokens("bio", "profile", Role.SHARED, "words of profile texts, by how many subjects use them"),
    _tokens("links", "links", Role.SHARED, "places both link to in posts of their own, by how many link there"),
    _tokens("invites", "invites", Role.DIRECT, "invite links both post, by how many post them"),
    _tokens("media", "content", Role.DIRECT, "files both post: equal digests, or near-duplicates that were handed in"),
    _tokens("texts", "content", Role.SHARED, "texts both post: equal digests, or near-duplicates that were handed in"),
    _tokens("forwards", "content", Role.SHARED, "sources both forward from, by how many forward from them"),
    Family(
        "admins",
        "people",
        Role.SHARED,
        _RARITY,
        (0.35, 0.03, 0.12, 0.35, 0.15),
        2,
        "owners and administrators of both venues; accounts that administer one venue are colleagues, and not compared",
    ),
    _tokens("members", "people", Role.SHARED, "members of both, or venues both are members of"),
    Family(
        "announced",
        "announcement",
        Role.DIRECT,
        ("none", "the later links to the earlier", "the earlier links to the later", "a declared move"),
        (0.7, 0.08, 0.12, 0.1),
        1,
        "links from one to the other in posts and profiles, and moves that a subject or its server declared",
    ),
    Family(
        "hours",
        "style",
        Role.STYLE,
        ("below 0.5", "0.5 to 0.65", "0.65 to 0.8", "0.8 to 0.9", "0.9 and more"),
        (0.05, 0.1, 0.2, 0.3, 0.35),
        3,
        "cosine of the two histograms of posts by hour of the day, UTC, from 20 posts on",
    ),
    Family(
        "language",
        "style",
        Role.STYLE,
        ("different", "same, and common", "same, and rare"),
        (0.03, 0.7, 0.27),
        1,
        "language, else script; rare when fewer than one subject in twenty has it",
    ),
    Family(
        "rhythm",
        "style",
        Role.STYLE,
        ("more than fourfold", "two- to fourfold", "1.4- to twofold", "less than 1.4-fold"),
        (0.15, 0.25, 0.25, 0.35),
        2,
        "posts a day, one divided by the other",
    ),
    Family(
        "gap",
        "time",
        Role.TIME,
        ("overlap", "beyond 90 days", "31 to 90 days", "8 to 30 days", "2 to 7 days", "within a day"),
        (0.15, 0.05, 0.1, 0.2, 0.25, 0.25),
        2,
        "time from the end of the earlier to the start of the later; overlap when the later began before",
    ),
    Family(
        "followers",
        "style",
        Role.STYLE,
        ("more than eightfold", "two- to eightfold", "less than twofold"),
        (0.3, 0.4, 0.3),
        2,
        "followers or members when last seen, one divided by the other",
    ),
)
NAMES: tuple[str, ...] = tuple(family.name for family in FAMILIES)
TOKEN_FAMILIES: tuple[str, ...] = tuple(family.name for family in FAMILIES if family.levels is _RARITY)
"""Families that compare sets of tokens. Their tokens block, and so do handles."""


def place(name: str) -> int:
    """A family's column in a table of levels."""
    return NAMES.index(name)
