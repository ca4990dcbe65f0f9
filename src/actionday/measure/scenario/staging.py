"""Rows of numbers into tables: posts, links and media in the archive's payload schemas, posts with `text` and `hrefs`.

Not for: which posts an observer gets to see (exports, archive).
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from actionday.measure.scenario.draws import Flags, Ints, stage
from actionday.measure.scenario.lives import KINDS, PLATFORMS, TELEGRAM, Cast
from actionday.measure.scenario.population import LANGUAGES
from actionday.measure.scenario.posts import BARE, DEFANGED, EXTERNAL, HIDDEN, ORIGINAL, SERVICE, Batch
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
    links: pa.Table  # what extraction makes of each plain address

    @property
    def n_addresses(self) -> int:
        """Addresses in one style."""
        return len(self.addresses) // 3


def phrases(seed: int, cast: Cast, profile: Profiles) -> Phrases:
    """Draw them."""
    rng = stage(seed, "phrases")
    page = join(words(rng, EXTERNAL, 0, 2), "-", words(rng, EXTERNAL, 0, 2), ".example/", numbers(np.arange(EXTERNAL)))
    plain, defanged = join("https://", page), join("hxxps://", pc.replace_substring(page, ".", "[.]"))
    addresses = [profile.address, plain, profile.bare, page, profile.defanged, defanged]
    spoken = {p.name: p.aliases or (p.title.casefold(),) for p in KNOWN}
    by_language = [spoken[name][(0, -1, 1 % len(spoken[name]))[t]] for name in PLATFORMS for t in range(3)]
    links = _found_at(cast, profile, plain)
    return Phrases(sentences(rng), pa.concat_arrays(addresses), pa.array(by_language), links)


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
        "native": natives(batch, cast, profile),
        "platform": pa.array(PLATFORMS).take(pa.array(platform)),
        "author": _authors(batch, profile),
        "at": _time(batch.at),
        "at_offset": pa.array(np.full(n, offset, np.int16)),
        "kind": pa.array(("original", "forward", "service")).take(pa.array(batch.kind)),
        "forward_from": _at(profile.subject, batch.forward),
        "forward_name": _at(profile.title, batch.forward),
        "reply_to": _replies(batch, profile),
        "action": _at(pa.array(("create_channel", "create_group")), _action(batch, cast)),
        "edited_at": _time(batch.edited, ~edited),
        "views": pa.array(batch.views, mask=(platform != TELEGRAM) | (batch.kind == SERVICE)),
        "language": pa.array(LANGUAGES).take(pa.array(profile.language[batch.venue])),
        "n_media": pa.array((batch.media > 0).astype(np.int16)),
    }
    schema = TABLES["posts"].payload
    if said is not None:
        schema = STAGED_POSTS
        columns["text"], columns["hrefs"] = _text(batch, cast, profile, said), _hrefs(batch, cast, said)
    else:
        columns["length"] = pa.array((40 + batch.first % 90).astype(np.int32))
        columns["n_links"] = pa.array(((batch.link >= 0).astype(np.int16) + (batch.talk >= 0)).astype(np.int16))
    return pa.table([columns.get(f.name, pa.nulls(n, f.type)) for f in schema], schema=schema)


def versions(posts: pa.Table, *, dated: bool) -> pa.Table:
    """Posts as they stand where an edit is a message of its own: each as it was first, then the corrections.

    A correction answers nothing and carries no file. `dated`: its time is its own, since it does not say when the post was.
    """
    edits = posts.filter(pc.is_valid(posts["edited_at"]))
    if not len(edits):
        return posts
    first = _with(posts, {"edited_at": pa.nulls(len(posts), TIME)})
    later = {
        "at": edits["edited_at" if dated else "at"],
        "reply_to": pa.nulls(len(edits), pa.string()),
        "n_media": pa.array(np.zeros(len(edits), np.int16)),
    }
    return pa.concat_tables([first, _with(edits, later)])


def _with(table: pa.Table, columns: dict[str, pa.Array]) -> pa.Table:
    for name, values in columns.items():
        table = table.set_column(table.schema.get_field_index(name), table.schema.field(name), values)
    return table


def natives(batch: Batch, cast: Cast, profile: Profiles) -> pa.Array:
    """Ids of posts as their platform forms them; Twitter's carry their time as snowflakes do."""
    tweets = cast.platform[batch.venue] == PLATFORMS.index("twitter")
    number = batch.native
    if tweets.any():
        snowflake = ((batch.at // 1000 - NEW_YEAR_2011) << 22) | (batch.native & 0x3FFFFF)
        number = np.where(tweets, snowflake, batch.native)
    return join(_at(profile.posts, batch.venue), numbers(number))


def _authors(batch: Batch, profile: Profiles) -> pa.Array:
    """Who wrote; a room's relay where nobody known did."""
    return pc.coalesce(_at(profile.subject, batch.author), _at(profile.relay, batch.venue))


def _replies(batch: Batch, profile: Profiles) -> pa.Array:
    # most posts are no replies: only the others' numbers are turned into text
    given = batch.reply > 0
    told = join(_at(profile.posts, batch.venue[given]), numbers(batch.reply[given]))
    return _at(told, np.where(given, np.cumsum(given) - 1, -1))


def _action(batch: Batch, cast: Cast) -> Ints:
    group = (cast.kind[batch.venue] == KINDS.index("group")).astype(np.int64)
    return np.where(batch.kind == SERVICE, group, -1)


def _hides(batch: Batch, cast: Cast) -> Flags:
    """Whose address lies behind words. Posts of diaspora* are Markdown, so that nothing lies behind their text."""
    markdown = cast.platform[batch.venue] == PLATFORMS.index("diaspora")
    return np.asarray((batch.style == HIDDEN) & ~markdown)


def _text(batch: Batch, cast: Cast, profile: Profiles, said: Phrases) -> pa.Array:
    # the first half is never null: with nulls skipped, Arrow drops a row that is null throughout
    style = np.select([batch.style == BARE, batch.style == DEFANGED], [1, 2], 0)
    shown = (batch.link >= 0) & ~_hides(batch, cast)
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


def _hrefs(batch: Batch, cast: Cast, said: Phrases) -> pa.Array:
    hidden = (batch.link >= 0) & _hides(batch, cast) & (batch.kind != SERVICE)
    offsets = np.concatenate([[0], np.cumsum(hidden)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), said.addresses.take(pa.array(batch.link[hidden])))


def media_table(batch: Batch, cast: Cast, profile: Profiles) -> pa.Table:
    """Placeholders of files that posts carry: kind, size and shape, never the file."""
    rows = batch.take(batch.media > 0)
    n, what = len(rows), pa.array(rows.media - 1)
    spot = rows.first % 997
    columns = {
        "channel": _at(profile.subject, rows.venue),
        "post": natives(rows, cast, profile),
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
    """Links and talk as extraction finds them."""
    links, talk = batch.take(batch.link >= 0), batch.take(batch.talk >= 0)
    index = pa.array(links.link)
    found = {name: said.links[name].take(index) for name in said.links.column_names}
    named = {
        "kind": pa.repeat("talk", len(talk)),
        "target_platform": pa.array(PLATFORMS).take(pa.array(talk.talk)),
    }
    schema = TABLES["links"].payload
    tables = []
    for rows, columns, position in ((links, found, 0), (talk, named, 1)):
        n, platform = len(rows), cast.platform[rows.venue]
        whole = columns | {
            "channel": _at(profile.subject, rows.venue),
            "post": natives(rows, cast, profile),
            "platform": pa.array(PLATFORMS).take(pa.array(platform)),
            "author": _authors(rows, profile),
            "at": _time(rows.at),
            "own": pa.array(rows.kind == ORIGINAL),
            "position": pa.array(np.full(n, position, np.int16)),
        }
        tables.append(pa.table([whole.get(f.name, pa.nulls(n, f.type)) for f in schema], schema=schema))
    return pa.concat_tables(tables)


def _found_at(cast: Cast, profile: Profiles, pages: pa.Array) -> pa.Table:
    """What extraction makes of each plain address: telegram and Twitter handles stay references, invites too, other
    addresses are identities.
    """
    telegram, twitter = cast.platform == TELEGRAM, cast.platform == PLATFORMS.index("twitter")
    handle = join(pa.array(PLATFORMS).take(pa.array(cast.platform)), ":@", profile.handle)
    invite = join("telegram:+", pc.replace_substring(profile.address, "https://t.me/joinchat/", ""))
    target = pc.if_else(pa.array(telegram | twitter), handle, profile.subject)
    target = pc.if_else(pa.array(profile.by_invite), invite, target)
    site = join("website:channel:", pc.extract_regex(pages, r"https://(?P<host>[^/]+)").field("host"))
    account, sites = cast.is_account, cast.kind == KINDS.index("site")
    what = np.select([profile.by_invite, telegram, sites, account], [0, -1, 2, 1], 0)
    how = np.select([profile.by_invite, cast.platform == PLATFORMS.index("xmpp")], [1, 2], 0)
    outside = np.full(len(pages), 2)
    return pa.table(
        {
            "kind": pa.array(("url", "invite", "address")).take(pa.array(np.concatenate([how, 0 * outside]))),
            "target": pa.concat_arrays([target, site]),
            "target_platform": pa.array(PLATFORMS).take(
                pa.array(np.concatenate([cast.platform, np.full(len(pages), PLATFORMS.index("website"))]))
            ),
            "target_kind": _at(pa.array(("channel", "account", "site")), np.concatenate([what, outside])),
            "url": pa.concat_arrays([profile.address, pages]),
        }
    ).combine_chunks()
