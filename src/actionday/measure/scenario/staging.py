"""Rows of numbers into tables: posts, links and media in the archive's payload schemas, posts with `text` and `hrefs`.

Not for: which posts an observer gets to see (exports, archive).
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from actionday.measure.scenario.draws import Codes, Flags, Ints, stage
from actionday.measure.scenario.lives import ACCOUNT_FROM, KINDS, PLATFORMS, TELEGRAM, Cast
from actionday.measure.scenario.population import LANGUAGES
from actionday.measure.scenario.posts import BARE, DEFANGED, EXTERNAL, FORWARD, HIDDEN, SERVICE, Batch
from actionday.measure.scenario.profiles import Profiles
from actionday.measure.scenario.words import join, numbers, sentences, words
from actionday.records import PLATFORMS as KNOWN
from actionday.stores.archive.schemas import TABLES, TIME

STAGED_POSTS = pa.schema([*TABLES["posts"].payload, pa.field("hrefs", pa.list_(pa.string()))])
"""What readers emit for posts: the archive's payload and the targets hidden behind link text."""

NEW_YEAR_2011 = 1_288_834_974_657
"""Milliseconds since 1970 at which Twitter's snowflake ids begin."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """The texts that posts are glued from: half sentences, addresses in four styles, words by which platforms are named."""

    halves: pa.Array
    addresses: pa.Array  # plain, then bare, then defanged
    platforms: pa.Array  # platform by three languages

    @property
    def n_addresses(self) -> int:
        """Addresses in one style."""
        return len(self.addresses) // 3


def phrases(seed: int, profile: Profiles) -> Phrases:
    """Draw them."""
    rng = stage(seed, "phrases")
    page = join(words(rng, EXTERNAL, 0, 2), "-", words(rng, EXTERNAL, 0, 2), ".example/", numbers(np.arange(EXTERNAL)))
    plain, defanged = join("https://", page), join("hxxps://", pc.replace_substring(page, ".", "[.]"))
    addresses = [profile.address, plain, profile.bare, page, profile.defanged, defanged]
    spoken = {p.name: p.aliases or (p.title.casefold(),) for p in KNOWN}
    by_language = [spoken[name][(0, -1, 1 % len(spoken[name]))[t]] for name in PLATFORMS for t in range(3)]
    return Phrases(sentences(rng), pa.concat_arrays(addresses), pa.array(by_language))


def _at(values: pa.Array, index: Ints) -> pa.Array:
    """Values by index; null where the index is -1."""
    return values.take(pa.array(index, mask=index < 0))


def _time(values: Ints, null: Flags | None = None) -> pa.Array:
    return pa.array(values, pa.int64(), mask=null).cast(TIME)


def post_table(batch: Batch, cast: Cast, profile: Profiles, said: Phrases | None, seen: tuple[int, int]) -> pa.Table:
    """Posts as `STAGED_POSTS`, or with `said` None as the archive's payload (text and hashes null).

    `seen` is when the export was taken (microseconds; later edits are not in it yet) and the source's offset in minutes.
    """
    taken, offset = seen
    n, platform = len(batch), cast.platform[batch.venue]
    edited = (batch.edited > 0) & (batch.edited < taken)
    columns: dict[str, pa.Array] = {
        "channel": _at(profile.subject, batch.venue),
        "native": numbers(natives(batch, platform)),
        "platform": pa.array(PLATFORMS).take(pa.array(platform)),
        "author": _at(profile.subject, batch.author),
        "at": _time(batch.at),
        "at_offset": pa.array(np.full(n, offset, np.int16)),
        "kind": pa.array(("original", "forward", "service")).take(pa.array(batch.kind)),
        "forward_from": _at(profile.subject, batch.forward),
        "forward_name": _at(profile.title, batch.forward),
        "reply_to": _at(numbers(batch.reply), np.where(batch.reply > 0, np.arange(n), -1)),
        "action": _at(pa.array(("create_channel", "create_group")), _action(batch, cast)),
        "edited_at": _time(batch.edited, ~edited),
        "views": pa.array(batch.views, mask=(platform != TELEGRAM) | (batch.kind == SERVICE)),
        "language": pa.array(LANGUAGES).take(pa.array(profile.language[batch.venue])),
        "n_media": pa.array((batch.media > 0).astype(np.int16)),
    }
    schema = TABLES["posts"].payload
    if said is not None:
        schema = STAGED_POSTS
        columns["text"], columns["hrefs"] = _text(batch, profile, said), _hrefs(batch, said)
    else:
        columns["length"] = pa.array((40 + batch.first % 90).astype(np.int32))
        columns["n_links"] = pa.array(((batch.link >= 0).astype(np.int16) + (batch.talk >= 0)).astype(np.int16))
    return pa.table([columns.get(f.name, pa.nulls(n, f.type)) for f in schema], schema=schema)


def natives(batch: Batch, platform: Codes) -> Ints:
    """Message numbers; Twitter's carry their time as snowflakes do."""
    if not (platform == PLATFORMS.index("twitter")).any():
        return batch.native
    snowflake = ((batch.at // 1000 - NEW_YEAR_2011) << 22) | (batch.native & 0x3FFFFF)
    return np.where(platform == PLATFORMS.index("twitter"), snowflake, batch.native)


def _action(batch: Batch, cast: Cast) -> Ints:
    group = (cast.kind[batch.venue] == KINDS.index("group")).astype(np.int64)
    return np.where(batch.kind == SERVICE, group, -1)


def _text(batch: Batch, profile: Profiles, said: Phrases) -> pa.Array:
    # the first half is never null: with nulls skipped, Arrow drops a row that is null throughout
    style = np.select([batch.style == BARE, batch.style == DEFANGED], [1, 2], 0)
    shown = (batch.link >= 0) & (batch.style != HIDDEN)
    language = profile.language[batch.venue].astype(np.int64)
    text = pc.binary_join_element_wise(
        said.halves.take(pa.array(batch.first)),
        _at(said.platforms, np.where(batch.talk >= 0, batch.talk * 3 + language, -1)),
        said.halves.take(pa.array(batch.second)),
        _at(said.addresses, np.where(shown, style * said.n_addresses + batch.link, -1)),
        " ",
        null_handling="skip",
    )
    return pc.if_else(pa.array(batch.kind == SERVICE), pa.scalar(None, pa.string()), text)


def _hrefs(batch: Batch, said: Phrases) -> pa.Array:
    hidden = (batch.link >= 0) & (batch.style == HIDDEN) & (batch.kind != SERVICE)
    offsets = np.concatenate([[0], np.cumsum(hidden)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), said.addresses.take(pa.array(batch.link[hidden])))


def media_table(batch: Batch, cast: Cast, profile: Profiles) -> pa.Table:
    """Placeholders of files that posts carry: kind, size and shape, never the file."""
    rows = batch.take(batch.media > 0)
    n, what = len(rows), pa.array(rows.media - 1)
    spot = rows.first % 997
    columns = {
        "channel": _at(profile.subject, rows.venue),
        "post": numbers(natives(rows, cast.platform[rows.venue])),
        "platform": pa.array(PLATFORMS).take(pa.array(cast.platform[rows.venue])),
        "at": _time(rows.at),
        "kind": pa.array(("photo", "video", "file")).take(what),
        "name": join(
            pa.array(("photo_", "video_", "file_")).take(what),
            numbers(spot),
            pa.array((".jpg", ".mp4", ".pdf")).take(what),
        ),
        "mime": pa.array(("image/jpeg", "video/mp4", "application/pdf")).take(what),
        "size": pa.array(20_000 + spot * 1_013),
        "width": pa.array(np.full(n, 640, np.int32), mask=rows.media == 3),
        "height": pa.array(np.full(n, 480, np.int32), mask=rows.media == 3),
        "seconds": pa.array(10.0 + spot % 60, mask=rows.media != 2),
        "position": pa.array(np.zeros(n, np.int16)),
    }
    schema = TABLES["media"].payload
    return pa.table([columns.get(f.name, pa.nulls(n, f.type)) for f in schema], schema=schema)


def link_table(batch: Batch, cast: Cast, profile: Profiles, said: Phrases) -> pa.Table:
    """Links and talk as extraction would find them; a telegram handle stays a reference, other addresses are identities."""
    links, talk = batch.take(batch.link >= 0), batch.take((batch.talk >= 0) & (batch.kind != FORWARD))
    inside = np.where(links.link < len(cast), links.link, -1)
    target = _targets(cast, profile)
    codes = np.where(inside >= 0, cast.platform[inside], PLATFORMS.index("website"))
    invite = (inside >= 0) & profile.by_invite[inside]
    plain = said.addresses.slice(0, said.n_addresses)
    parts = [
        {
            "kind": pa.array(("url", "invite")).take(pa.array(invite.astype(np.int8))),
            "target": _at(target, inside),
            "target_platform": pa.array(PLATFORMS).take(pa.array(codes)),
            "target_kind": _at(pa.array(("channel", "account", "site")), _target_kind(cast, inside)),
            "url": plain.take(pa.array(links.link)),
        },
        {
            "kind": pa.array(["talk"]).take(pa.array(np.zeros(len(talk), np.int8))),
            "target_platform": pa.array(PLATFORMS).take(pa.array(talk.talk)),
        },
    ]
    schema = TABLES["links"].payload
    tables = []
    for rows, columns, position in zip((links, talk), parts, (0, 1), strict=True):
        n, platform = len(rows), cast.platform[rows.venue]
        columns |= {
            "channel": _at(profile.subject, rows.venue),
            "post": numbers(natives(rows, platform)),
            "platform": pa.array(PLATFORMS).take(pa.array(platform)),
            "author": _at(profile.subject, rows.author),
            "at": _time(rows.at),
            "own": pa.array(rows.kind != FORWARD),
            "position": pa.array(np.full(n, position, np.int16)),
        }
        tables.append(pa.table([columns.get(f.name, pa.nulls(n, f.type)) for f in schema], schema=schema))
    return pa.concat_tables(tables)


def _targets(cast: Cast, profile: Profiles) -> pa.Array:
    handles = join("telegram:@", profile.handle)
    return pc.if_else(pa.array(cast.platform == TELEGRAM), handles, profile.subject)


def _target_kind(cast: Cast, inside: Ints) -> Ints:
    kind = cast.kind[inside]
    known = np.select([kind >= ACCOUNT_FROM, kind == KINDS.index("site")], [1, 2], 0)
    return np.where(inside >= 0, known, 2)
