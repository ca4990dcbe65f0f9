"""The contract between rooms: every table of the archive, its columns, its unique key and who it is about.

Every table begins with `row` (int64, a surrogate: ingest number * 2**32 + position) and `ingest` (int32, the source: see
`ingests`). Times are UTC, microseconds. `subject`, `account`, `channel`, `author` columns hold `records.SubjectId` texts;
`target` and `forward_from` hold subject ids or references (`platform:@handle`). Schemas only grow: a column is added at
the end, nullable, and the home's format version is raised when anything else changes.
"""

import pyarrow as pa

from actionday.stores.archive.answers import LINK_JUDGEMENTS
from actionday.stores.archive.draws import LINK_DRAWS
from actionday.stores.archive.proposals import LINK_MODELS, PROPOSALS
from actionday.stores.archive.referrals import AUDITS, REFERRAL_EVENTS, REFERRALS
from actionday.stores.archive.specs import F64, I64, TIME, B, S, TableSpec
from actionday.stores.archive.specs import column as _f
from actionday.stores.archive.specs import declared as _spec

__all__ = [
    "ACCOUNTS", "AFFILIATIONS", "ANNOUNCED", "AUDITS", "CHANNELS", "ERASURES", "FINGERPRINTS", "FORMAT_VERSION", "INGESTS",
    "KNOWN_CONTENT", "LINKS", "LINK_DRAWS", "LINK_JUDGEMENTS", "LINK_MODELS", "MATCHES", "MEDIA", "MEMBERSHIPS", "MOVES", "POSTS",
    "PROBE_PLAN", "PROPOSALS", "QUARANTINE", "REFERRALS", "REFERRAL_EVENTS", "SIGHTINGS", "TABLES", "TIME", "TableSpec",
]  # fmt: skip

FORMAT_VERSION = 1

ACCOUNTS = _spec(
    "accounts",
    "Profile snapshots of accounts: what an account called itself when it was seen.",
    [
        _f("subject", S, null=False),
        _f("platform", S, null=False),
        _f("native", S),
        _f("kind", S),  # user | admin | bot
        _f("handle", S),
        _f("display_name", S),
        _f("bio", S),
        _f("language", S),
        _f("followers", I64),
        _f("created_at", TIME),
        _f("seen_at", TIME),
        _f("vantage", S),
        _f("pseudonym", S),  # what this account was called before its role was known; joins old rows to new
    ],
    ("subject", "seen_at", "handle", "display_name", "bio", "followers", "kind"),
    ("subject", "pseudonym"),
    free=("display_name", "bio"),
)

CHANNELS = _spec(
    "channels",
    "Profile snapshots of venues: channel, group, room, page, site.",
    [
        _f("subject", S, null=False),
        _f("platform", S, null=False),
        _f("native", S),
        _f("kind", S),
        _f("handle", S),
        _f("title", S),
        _f("description", S),
        _f("language", S),
        _f("members", I64),
        _f("created_at", TIME),
        _f("seen_at", TIME),
        _f("vantage", S),
    ],
    ("subject", "seen_at", "handle", "title", "description", "members"),
    ("subject",),
    free=("title", "description"),
)

MEMBERSHIPS = _spec(
    "memberships",
    "Who held which role where, from when to when (null: not known).",
    [
        _f("account", S, null=False),
        _f("channel", S, null=False),
        _f("platform", S, null=False),
        _f("role", S, null=False),  # owner | admin | member | bot
        _f("from_at", TIME),
        _f("to_at", TIME),
        _f("seen_at", TIME),
    ],
    ("account", "channel", "role", "from_at", "to_at"),
    ("account", "channel"),
)

POSTS = _spec(
    "posts",
    "One row a post version. `text` is null unless the home keeps content; `at_offset` is the source's wall clock minus UTC.",
    [
        _f("channel", S, null=False),
        _f("native", S, null=False),
        _f("platform", S, null=False),
        _f("author", S),
        _f("at", TIME, null=False),
        _f("at_offset", pa.int16()),  # minutes; null where the source gave no wall clock
        _f("kind", S, null=False),  # original | forward | service
        _f("forward_from", S),
        _f("forward_name", S),
        _f("reply_to", S),
        _f("action", S),
        _f("edited_at", TIME),
        _f("views", I64),
        _f("language", S),
        _f("length", pa.int32()),
        _f("text_sha256", B),
        _f("text", S),
        _f("n_links", pa.int16()),
        _f("n_media", pa.int16()),
    ],
    ("channel", "native", "edited_at"),
    ("channel", "author", "forward_from"),
    free=("forward_name", "action", "text"),
)

LINKS = _spec(
    "links",
    "Links, invites, handles, addresses and platform names found in posts, profiles and buttons, normalised.",
    [
        _f("channel", S, null=False),
        _f("post", S, null=False),
        _f("platform", S, null=False),
        _f("author", S),
        _f("at", TIME),
        _f("own", pa.bool_()),  # in an original post, not in a forward
        _f("kind", S, null=False),  # url | invite | handle | address | talk
        _f("target", S),
        _f("target_platform", S),
        _f("target_kind", S),  # account | channel | post | site | null
        _f("url", S),
        _f("position", pa.int16(), null=False),
    ],
    ("channel", "post", "position"),
    ("channel", "author", "target"),
    free=("url",),
)

MOVES = _spec(
    "moves",
    "Explicit signals that a subject went elsewhere.",
    [
        _f("subject", S, null=False),
        _f("target", S, null=False),
        _f("platform", S, null=False),
        _f("target_platform", S),
        _f(
            "kind", S, null=False
        ),  # tombstone | move | destroy | migrate | announced | forward | withdrawn (a list took it back)
        _f("confidence", F64),
        _f("at", TIME),
        _f("evidence", S),
    ],
    ("subject", "target", "kind", "at"),
    ("subject", "target"),
    free=("evidence",),
)

SIGHTINGS = _spec(
    "sightings",
    "One look at one subject from one vantage: the state derived, the rule that derived it, the raw evidence.",
    [
        _f("subject", S, null=False),
        _f("platform", S, null=False),
        _f("at", TIME, null=False),
        _f("state", S, null=False),
        _f("basis", S, null=False),  # probe | listing | export
        _f("rule", S),
        _f("evidence", S),
        _f("vantage", S),
        _f("slot", TIME),  # of a probe: the instant of the plan's grid that this look was for
        _f("confidence", F64),  # of a probe: how sure the rule is of the state, 0 to 1
        _f("identity", S),  # of a probe: what was found in the subject's place, to tell it from a namesake
    ],
    ("subject", "at", "vantage", "state"),
    ("subject",),
    free=("rule", "evidence"),
)

PROBE_PLAN = _spec(
    "probe_plan",
    "Who is to be looked at and when: a campaign's targets and window, copied here so that observers need no case data.",
    [
        _f("subject", S, null=False),
        _f("platform", S, null=False),
        _f("handle", S),
        _f("campaign", S, null=False),
        _f("starts_at", TIME, null=False),
        _f("dense_seconds", I64, null=False),
        _f("dense_until", TIME, null=False),
        _f("sparse_seconds", I64, null=False),
        _f("ends_at", TIME, null=False),
        _f("confirmations", pa.int16(), null=False),
        _f("contact", pa.bool_()),  # whether the subject's own host may be spoken to; null: the platform's default
        _f("decided_by", S),
        _f("reason", S),
        _f("options", S),  # JSON: what a prober needs to find the subject by id
        _f("planned_at", TIME, null=False),
    ],
    ("subject", "campaign", "planned_at"),
    ("subject",),
)

MEDIA = _spec(
    "media",
    "Files that posts carry, by name and hash; never the file itself.",
    [
        _f("channel", S, null=False),
        _f("post", S, null=False),
        _f("platform", S, null=False),
        _f("at", TIME),
        _f("kind", S),
        _f("name", S),
        _f("mime", S),
        _f("size", I64),
        _f("width", pa.int32()),
        _f("height", pa.int32()),
        _f("seconds", F64),
        _f("sha256", B),
        _f("position", pa.int16(), null=False),
        _f("md5", B),  # of images that were read: what many lists of known content hold
    ],
    ("channel", "post", "position"),
    ("channel",),
    free=("name",),
)

FINGERPRINTS = _spec(
    "fingerprints",
    "Near-duplicate fingerprints of distinct texts and images, so that content need not be kept.",
    [
        _f("digest", B, null=False),  # posts.text_sha256 or media.sha256
        _f("kind", S, null=False),  # text | image
        _f("minhash", B),  # 64 little-endian uint16
        _f("shingles", B),  # up to 64 smallest uint32 shingle hashes, ascending, little-endian
        _f("n_shingles", pa.int32()),
        _f("pdq", B),
        _f("quality", pa.int16()),
    ],
    ("digest",),
)

KNOWN_CONTENT = _spec(
    "known_content",
    "Hashes and URLs that somebody lists, as known terrorist content or (negative) as known harmless. A row is one listing or withdrawal.",
    [
        _f("list", S, null=False),
        _f("kind", S, null=False),  # sha256 | md5 | pdq | url | url_md5
        _f("value", S, null=False),  # hex in lower case; of a url the normalised one
        _f("target", S),  # whom a url leads to
        _f("label", S),  # what the list says of it
        _f("quality", pa.int16()),  # of a PDQ hash, where the list tells
        _f("negative", pa.bool_(), null=False),  # known to be harmless: content that it hits is matched with nothing
        _f("withdrawn", pa.bool_(), null=False),  # the list takes it back
        _f("listed_at", TIME),
    ],
    ("list", "kind", "value", "negative", "withdrawn", "listed_at"),
    ("target",),
    free=("value", "label"),
)

MATCHES = _spec(
    "matches",
    "Content seen here that a list knows: a lead, never a finding. A row says that a match stands or no longer does; the newest holds.",
    [
        _f("channel", S, null=False),
        _f("post", S, null=False),
        _f("platform", S, null=False),
        _f("at", TIME),
        _f("what", S, null=False),  # media | text | link
        _f("position", pa.int16()),  # of the medium or link in its post
        _f("list", S, null=False),
        _f("kind", S, null=False),
        _f("value", S, null=False),  # as in known_content
        _f("label", S),
        _f("distance", pa.int16()),  # of a PDQ hash: bits in which the two differ
        _f("state", S, null=False),  # matched | withdrawn
        _f("why", S),  # of a withdrawal
        _f("matched_at", TIME, null=False),
    ],
    ("channel", "post", "what", "position", "list", "kind", "value", "matched_at"),
    ("channel",),
    free=("value", "label"),
)

AFFILIATIONS = _spec(
    "affiliations",
    "Which organisation a subject belongs to, by human judgement only.",
    [
        _f("subject", S, null=False),
        _f("organisation", S, null=False),
        _f("stance", S, null=False),  # official | supporter | unclear
        _f("list", S),
        _f("list_version", S),
        _f("from_at", TIME),
        _f("to_at", TIME),
        _f("judged_by", S),
        _f("judged_at", TIME),
        _f("note", S),
    ],
    ("subject", "organisation", "stance", "list_version", "judged_at"),
    ("subject",),
    free=("note",),
)

ANNOUNCED = _spec(
    "announced",
    "A platform's own counts, as announced: never mixed with what was observed.",
    [
        _f("platform", S, null=False),
        _f("day", pa.date32(), null=False),
        _f("count", I64, null=False),
        _f("kind", S),
        _f("total", I64),
        _f("scope", S),
        _f("announcer", S),
        _f("note", S),
    ],
    ("platform", "day", "kind", "announcer"),
    free=("note",),
)

INGESTS = _spec(
    "ingests",
    "One row when reading a file begins, one when it is done; what was read, how, and what came of it.",
    [
        _f("phase", S, null=False),  # begun | done
        _f("path", S, null=False),
        _f("sha256", S, null=False),
        _f("size", I64),
        _f("format", S, null=False),
        _f("version", pa.int32()),
        _f("options", S),
        _f("counts", S),
        _f("at", TIME),
    ],
    ("sha256", "format", "options", "phase"),
    free=("path", "options"),
)

QUARANTINE = _spec(
    "quarantine",
    "Rows refused: which file, where, why, and of what they said as much as the home keeps of posts (hashes: their shape).",
    [_f("path", S, null=False), _f("position", S, null=False), _f("reason", S, null=False), _f("raw", S)],
    ("path", "position", "reason"),
    free=("path", "position", "reason", "raw"),
)

ERASURES = _spec(
    "erasures",
    "What stays after `forget` and `retention`: keyed hashes that name nobody.",
    [
        _f("subject_hash", S, null=False),
        _f("kind", S, null=False),  # forget | name (of a forgotten subject, word by word) | retention
        _f("by", S),
        _f("at", TIME),
        _f("counts", S),
        _f("reason", S),
    ],
    ("subject_hash", "kind", "at"),
)

TABLES: dict[str, TableSpec] = {
    spec.name: spec
    for spec in (
        ACCOUNTS,
        CHANNELS,
        MEMBERSHIPS,
        POSTS,
        LINKS,
        MOVES,
        SIGHTINGS,
        PROBE_PLAN,
        MEDIA,
        FINGERPRINTS,
        KNOWN_CONTENT,
        MATCHES,
        AFFILIATIONS,
        LINK_JUDGEMENTS,
        ANNOUNCED,
        INGESTS,
        QUARANTINE,
        ERASURES,
        PROPOSALS,
        LINK_DRAWS,
        LINK_MODELS,
        REFERRALS,
        REFERRAL_EVENTS,
        AUDITS,
    )
}
