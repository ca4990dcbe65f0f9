"""A world: parameters and a seed, and what can be had of them. The same size, seed and parameters give the same world."""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from actionday.measure.scenario import archive, exports
from actionday.measure.scenario.day import day_toml
from actionday.measure.scenario.exports import EXPORT_DAYS, Export
from actionday.measure.scenario.listings import Register, instants
from actionday.measure.scenario.lives import PLATFORMS, STRATA, Tie
from actionday.measure.scenario.occasions import occasions
from actionday.measure.scenario.parameters import Parameters, Size, posts_of
from actionday.measure.scenario.population import ORGANISATIONS, communities, populate
from actionday.measure.scenario.posts import Batch, Poster, Slice
from actionday.measure.scenario.probes import sight
from actionday.measure.scenario.profiles import profiles
from actionday.measure.scenario.staging import Phrases, phrases
from actionday.measure.scenario.ties import ties
from actionday.measure.scenario.truth import CAUSES, lived, truth


class World:
    """One synthetic world. Subjects and their lives are drawn at once, posts and looks whenever they are asked for."""

    def __init__(self, parameters: Parameters, posts: int, seed: int) -> None:
        self.parameters, self.posts, self.seed = parameters, posts, seed
        groups = communities(parameters, seed, posts)
        cast, moves = populate(parameters, seed, groups)
        profile = profiles(parameters, seed, cast, groups.language[cast.community])
        eye = sight(parameters, seed, cast, profile.renamed_at)
        self.book = Register(parameters, seed, cast, profile, groups, ties(seed, cast), moves, eye)

    def lives(self) -> pa.Table:
        """Every subject's true life: subject, platform, kind, community, organisation, born, ended, cause, found, origin.

        `born`, `ended` and `found` are days since the start (born may lie before it); `ended` is null for those that outlast
        the horizon, `found` for those never observed. `origin`: none | successor | backup | migration. A backup was there
        when its original went, and one venue and one admin a community when observation began: delayed entry, not luck.
        """
        cast, book = self.book.cast, self.book
        ends = cast.end < self.parameters.days
        return pa.table(
            {
                "subject": book.profile.subject,
                "platform": pa.array(PLATFORMS).take(pa.array(cast.platform)),
                "kind": pa.array(STRATA).take(pa.array(cast.stratum)),
                "community": pa.array(cast.community),
                "organisation": pa.array(ORGANISATIONS).take(pa.array(book.groups.organisation[cast.community])),
                "born": pa.array(cast.birth),
                "ended": pa.array(cast.end, mask=~ends),
                "ended_at": instants(self.parameters, np.where(ends, cast.end, np.inf)),
                "cause": pa.array(CAUSES).take(pa.array(lived(cast.cause, cast.end, self.parameters.days))),
                "found": pa.array(book.eye.found, mask=~book.found),
                "origin": pa.array([tie.name.lower() for tie in Tie]).take(pa.array(cast.tie)),
            }
        )

    def exports(self, drawn: Callable[[int], None] = lambda posts: None) -> Iterator[Export]:
        """What the observer has, for every reader, in pieces of at most about 500,000 rows. `drawn` is told of posts as they are drawn."""
        return exports.exports(self.book, self._said, _told(self._batches(), drawn))

    def archive_tables(self) -> Iterator[Mapping[str, pa.Table]]:
        """The whole world as payload tables of the archive (text and hashes null), at most about two million posts a piece."""
        return archive.archive_tables(self.book, self._said, self._batches())

    def truth(self) -> dict[str, Any]:
        """The contents of `truth.json`."""
        return truth(self.book, self._poster, self.posts)

    def day_toml(self) -> str:
        """The text of `day.toml`, describing the second action day."""
        return day_toml(self.parameters)

    @cached_property
    def _poster(self) -> Poster:
        book = self.book
        return Poster(self.parameters, self.seed, book.cast, book.tied, book.profile.language, self.posts)

    @cached_property
    def _said(self) -> Phrases:
        return phrases(self.seed, self.book.cast, self.book.profile)

    def _batches(self) -> Iterator[tuple[Slice, Batch]]:
        must = occasions(self.seed, self.book.cast, self.book.moves)
        return self._poster.batches(self._poster.slices(EXPORT_DAYS), must)


def _told(batches: Iterator[tuple[Slice, Batch]], drawn: Callable[[int], None]) -> Iterator[tuple[Slice, Batch]]:
    for cut, batch in batches:
        yield cut, batch
        drawn(len(batch))


def generate(size: Size | str | int, seed: int, parameters: Parameters | None = None) -> World:
    """The world of that size (a name, or a number of posts) and seed. Raises ValueError for an unknown size."""
    return World(parameters or Parameters(), posts_of(size), seed)
