"""All that each format cannot carry of the bundled scenario, with the reason, and the rows that its reader makes besides.

A loss is a column (`posts.language`; with `where` of some rows), or whole rows. All other rows must come back as they were.
The test fails, too, where something that is listed here does come back.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
Test = Callable[[Row, Mapping[str, Sequence[Row]]], bool]


@dataclass(frozen=True, slots=True)
class Loss:
    """`what` is `table.column` or `table`; `where` says of a row, given all tables, whether it is meant (None: every one)."""

    what: str
    why: str
    where: Test | None = None


@dataclass(frozen=True, slots=True)
class Gain:
    """Rows of `table` that nobody staged; `where` says which."""

    table: str
    why: str
    where: Test


def _is(column: str, *values: object) -> Test:
    return lambda row, _: row[column] in values


def _is_not(column: str, *values: object) -> Test:
    return lambda row, _: row[column] not in values


def _not_first(column: str) -> Test:
    """The subject is in an earlier row as well."""
    return lambda row, tables: any(
        one["subject"] == row["subject"] and one[column] < row[column] for one in tables["accounts"]
    )


def _published(row: Row, tables: Mapping[str, Sequence[Row]]) -> bool:
    return any(row["subject"] == post["channel"] for post in tables["posts"])


def _posted_in(row: Row, tables: Mapping[str, Sequence[Row]]) -> bool:
    return any(row["subject"] == post["channel"] and post["kind"] != "service" for post in tables["posts"])


def _passed_on(row: Row, tables: Mapping[str, Sequence[Row]]) -> bool:
    return any(row["subject"] == post["forward_from"] for post in tables["posts"])


def _between(row: Row, tables: Mapping[str, Sequence[Row]]) -> bool:
    """The subject is listed both before and after."""
    looks = [one for one in tables["sightings"] if one["subject"] == row["subject"]]
    times = [one["at"] for one in looks if one["state"] == "present"]
    return row["state"] == "present" and min(times) < row["at"] < max(times)


def _lost(columns: str, why: str) -> list[Loss]:
    return [Loss(column, why) for column in columns.split()]


UTC = _lost("posts.at_offset", "times are UTC; nobody's wall clock is told")
NO_LANGUAGE = _lost("posts.language", "a post has no language there, so the script of its text is kept instead")
PLAIN_PEOPLE = _lost("accounts.language", "profiles have no language there")
NO_FOLLOWERS = _lost("accounts.followers", "followers are not counted there")
NO_EDITS = _lost("posts.edited_at", "posts cannot be edited there, or nothing shows that they were")
NO_SHAPES = _lost("media.width media.height media.seconds", "of a file only name, type and size are told")
NO_SIZES = _lost("media.mime media.size", "of a file only kind, address and shape are told")
PHOTOS = [
    Loss("media", "posts carry photos and no other files", _is_not("kind", "photo")),
    *_lost("posts.n_media", "posts carry photos and no other files"),
]
NO_FILES = [
    Loss("media", "files are not in it", lambda row, tables: True),
    *_lost("posts.n_media", "files are not in it"),
]
OWNER = [Gain("memberships", "who publishes on a timeline owns it (decision 0013)", _is("role", "owner"))]
SPEAKERS = [Gain("accounts", "who wrote is an account, with what the messages show of it", _is("kind", "user"))]
FAMILY = [*UTC, *PLAIN_PEOPLE]
MARK = "a retweet is text that begins `RT @name: `, a mention that comes before its other links"

LOSSES: dict[str, list[Loss]] = {
    "activitypub": [
        *FAMILY,
        *NO_FOLLOWERS,
        *_lost("posts.forward_name", "a boost names the author of what it boosts by address alone"),
        *_lost("media.size media.seconds", "of a file only type, address and shape are told"),
    ],
    "diaspora": [*FAMILY, *NO_FOLLOWERS, *NO_LANGUAGE, *NO_EDITS, *PHOTOS, *NO_SIZES],
    "diaspora_api": [*FAMILY, *NO_FOLLOWERS, *NO_LANGUAGE, *NO_EDITS, *PHOTOS, *NO_SIZES],
    "element_export": [
        *UTC,
        *NO_LANGUAGE,
        *_lost("channels.language channels.members", "state events say neither language nor how many are in a room"),
    ],
    "fourcat": [
        *UTC,
        *NO_LANGUAGE,
        *_lost("posts.n_media", "files are told by kind and not counted"),
        Loss("posts", "service messages are no items", _is("kind", "service")),
        Loss("channels", "a file of items holds no profiles", lambda row, tables: True),
    ],
    "friendica": [*FAMILY, *NO_FOLLOWERS, *NO_FILES],
    "gnusocial": [*PLAIN_PEOPLE, *NO_LANGUAGE, *NO_EDITS, *NO_SHAPES],
    "gnusocial_atom": [*FAMILY, *NO_FOLLOWERS, *NO_LANGUAGE, *NO_SHAPES],
    "mastodon_api": [*FAMILY, *NO_SIZES],
    "rocketchat_api": [
        *FAMILY,
        *NO_FOLLOWERS,
        *NO_LANGUAGE,
        *NO_SHAPES,
        *_lost("channels.language", "rooms have no language"),
    ],
    "rocketchat_export": [
        *UTC,
        *NO_LANGUAGE,
        *NO_EDITS,
        *NO_SHAPES,
        Loss("media.mime", "of a file that is no picture, sound or film only the name is told", _is("kind", "file")),
        Loss("media.size", "of a file that is no picture, sound or film only the name is told", _is("kind", "file")),
        *_lost("posts.native media.post links.post", "messages have no ids in it, so they are derived"),
        Loss("channels", "a room is known by its name alone", lambda row, tables: True),
    ],
    "snapshots": [
        *_lost("sightings.rule", "it says what the comparison of two lists showed"),
        *_lost("sightings.evidence", "it names the list"),
        Loss("sightings", "of a spell of lists that name a subject the first and the last are kept", _between),
        Loss("accounts", "a profile that did not change is kept once", _not_first("seen_at")),
    ],
    "synapse_export": [],
    "telegram_export": [
        *_lost("accounts.bio accounts.followers accounts.handle accounts.kind accounts.language", "of people only ids and names are told"),
        *_lost("channels.description channels.handle channels.language channels.members", "of chats only id, kind and name are told"),
        *_lost("channels.created_at", "not staged: it is read off the service message that tells of it"),
        *_lost("posts.language", "a post has no language there, so the script of its text is kept instead"),
        *_lost("posts.views", "views are not told"),
    ],
    "telegram_html": [
        *NO_LANGUAGE,
        *NO_EDITS,
        *_lost("posts.views", "views are not told"),
        *_lost("posts.author links.author", "people are told by name alone"),
        *_lost("posts.forward_from posts.forward_name", "a forward's source is told by name alone"),
        *_lost(
            "channels.description channels.handle channels.language channels.members",
            "of a chat only its name is told, and by a person its id and kind",
        ),
        *_lost(
            "media.kind media.mime media.size media.width media.height media.seconds", "a file is told by its path"
        ),
        Loss("posts", "service messages have no time in a page", _is("kind", "service")),
        Loss("accounts", "people are told by name alone", lambda row, tables: True),
        Loss("channels", "a chat in which nothing was posted has no page", lambda *of: not _posted_in(*of)),
    ],
    "threema": [
        *NO_LANGUAGE,
        *NO_EDITS,
        *_lost("posts.native", "messages have no ids in it, so they are derived"),
        *_lost("posts.at", "times are told to the minute"),
        *_lost("posts.n_media", "not staged: a file is its own message"),
    ],
    "tgdataset": [
        *UTC,
        *NO_LANGUAGE,
        *NO_EDITS,
        *_lost("posts.views posts.n_media posts.reply_to posts.forward_name", "the data set holds id, time, text, author and the channel of a forward"),
        *_lost("posts.author links.author", "what has no author is the channel's own"),
        *_lost("posts.hrefs", "addresses behind words are not in it"),
        *_lost("channels.language channels.kind", "all are channels, in no language"),
        Loss("posts", "service messages are not in it", _is("kind", "service")),
    ],
    "twitter_archive": [
        *FAMILY,
        *NO_FOLLOWERS,
        *NO_EDITS,
        *NO_SIZES,
        *_lost("media.name", "an archive names files after the tweet"),
        Loss("accounts", "an account that published nothing has no archive", lambda *of: not _published(*of)),
        *(Loss(f"posts.{column}", MARK, _is("kind", "forward")) for column in ("text", "text_sha256", "length", "n_links")),
        Loss("links", MARK, _is("own", False)),
    ],
    "twitter_compliance": [*_lost("sightings.basis sightings.evidence", "not staged: the reader says what it read")],
    "twitter_v1": [
        *FAMILY,
        *NO_EDITS,
        *NO_SIZES,
        Loss("accounts", "profiles come with tweets only", lambda *of: not _published(*of) and not _passed_on(*of)),
    ],
    "twitter_v2": [*FAMILY, *NO_EDITS, *NO_SIZES],
    "warc": [*NO_LANGUAGE, *NO_FILES],
    "xmpp_export": [
        *NO_LANGUAGE,
        *_lost("channels.language", "rooms tell no language in an answer of disco#info"),
    ],
}  # fmt: skip
LOSSES["synapse_export"] = LOSSES["element_export"]

GAINS: dict[str, list[Gain]] = {
    **dict.fromkeys(
        (
            "activitypub",
            "diaspora",
            "diaspora_api",
            "friendica",
            "gnusocial",
            "gnusocial_atom",
            "mastodon_api",
            "twitter_v1",
            "twitter_v2",
        ),
        OWNER,
    ),
    "twitter_archive": [*OWNER, Gain("links", MARK, _is("own", False))],
    "fourcat": SPEAKERS,
    "rocketchat_export": SPEAKERS,
    "telegram_export": [Gain("accounts", "who wrote and is gone by the export has an id and no name in it", _is("display_name", None))],
    "telegram_html": SPEAKERS,
    "tgdataset": SPEAKERS,
    "threema": SPEAKERS,
    "xmpp_export": SPEAKERS,
    "snapshots": [Gain("sightings", "a list that no longer names a subject is a look that missed it", _is("rule", "not listed"))],
}  # fmt: skip
