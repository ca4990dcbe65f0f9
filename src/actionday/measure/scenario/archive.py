"""The world straight as archive tables, for benchmarks: payload schemas, no text, no hashes, in pieces.

Everything is in them, also what no observer read. Accounts without an office carry pseudonyms, as an import would give them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from actionday.measure.scenario import listings
from actionday.measure.scenario.listings import Register
from actionday.measure.scenario.lives import ACCOUNT_VENUE_CODES, KINDS, PLATFORMS
from actionday.measure.scenario.posts import Batch, Slice
from actionday.measure.scenario.probes import sightings
from actionday.measure.scenario.profiles import Profiles
from actionday.measure.scenario.staging import Phrases, link_table, media_table, post_table
from actionday.measure.scenario.words import codes, join

PIECE_POSTS = 800_000
"""A piece is handed out when it holds this many; with the last slice it stays below two million."""


def archive_tables(
    book: Register, said: Phrases, batches: Iterator[tuple[Slice, Batch]]
) -> Iterator[Mapping[str, pa.Table]]:
    """Payload tables in pieces of at most about two million posts: first the subjects, then posts, then looks."""
    book = replace(book, profile=pseudonymous(book))
    yield _subjects(book)
    kept: list[dict[str, pa.Table]] = []
    for cut, batch in batches:
        taken = (int(book.parameters.instant(cut.end + 30).timestamp()) * 1_000_000, 0)
        kept.append(
            {
                "posts": post_table(batch, book.cast, book.profile, None, taken),
                "links": link_table(batch, book.cast, book.profile, said),
                "media": media_table(batch, book.cast, book.profile),
            }
        )
        if sum(len(piece["posts"]) for piece in kept) >= PIECE_POSTS:
            yield _together(kept)
            kept = []
    if kept:
        yield _together(kept)
    for _, looks in sightings(book.parameters, book.seed, book.cast, book.profile, book.eye):
        yield {"sightings": looks}


def pseudonymous(book: Register) -> Profiles:
    """The profiles with ordinary users under pseudonyms and without names."""
    cast, profile = book.cast, book.profile
    plain = (cast.kind == KINDS.index("user")) & ~np.isin(cast.platform, ACCOUNT_VENUE_CODES)
    hidden = codes(np.arange(len(cast)) * 2_654_435_761 % 2**40, 10)
    pseudonym = join(pa.array(PLATFORMS).take(pa.array(cast.platform)), ":pseudonym:", pc.utf8_lower(hidden))
    mask, none = pa.array(plain), pa.scalar(None, pa.string())
    return replace(
        profile,
        subject=pc.if_else(mask, pseudonym, profile.subject),
        native=pc.if_else(mask, none, profile.native),
        handle=pc.if_else(mask, none, profile.handle),
        title=pc.if_else(mask, none, profile.title),
        about=pc.if_else(mask, none, profile.about),
        relay=pa.nulls(len(cast), pa.string()),
    )


def _subjects(book: Register) -> dict[str, pa.Table]:
    both = {
        name: pa.concat_tables(
            [listings.profiles_of(book, code, venues=venues, dated=True) for code in range(len(PLATFORMS))]
        )
        for name, venues in (("channels", True), ("accounts", False))
    }
    return both | {
        "memberships": listings.memberships(book),
        "affiliations": listings.affiliations(book),
        "moves": listings.moves_table(book),
        "announced": listings.announced(book),
    }


def _together(pieces: list[dict[str, pa.Table]]) -> dict[str, pa.Table]:
    return {name: pa.concat_tables([piece[name] for piece in pieces]) for name in pieces[0]}
