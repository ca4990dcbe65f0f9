"""What everyone is called: ids, handles, titles, addresses, followers, and the new names of those who rename themselves.

Ids look like each platform's own; hosts lie under the reserved `.example`. Names are weak evidence on purpose: most
successors resemble nothing, and a tenth of all display names is shared by chance.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from actionday.measure.scenario.draws import Codes, Flags, Floats, Ints, stage
from actionday.measure.scenario.lives import KINDS, PLATFORMS, TELEGRAM, Cast
from actionday.measure.scenario.parameters import Parameters
from actionday.measure.scenario.words import SYLLABLES, codes, join, numbers, words

COMMON_NAMES = 12
SERVERS = 6
HOSTS = tuple(
    {"rocketchat": "chat.", "gnusocial": "quitter.", "diaspora": "pod.", "friendica": "friends."}.get(name, "")
    for name in PLATFORMS
)
"""How a host's name begins where nothing else in an address tells the software."""


@dataclass(frozen=True, slots=True)
class Profiles:
    """One row a subject, in the order of the cast. `address` is where it is linked (bare and defanged beside it);
    `new_handle` and `new_title` hold from `renamed_at` on (infinite: never renamed). Before a venue's number of a post
    stands `posts`, which makes it an id as the platform forms them. `relay`: the account that brings a room what nobody
    known wrote, where every message has a sender; it is no subject of the world, and null elsewhere.
    """

    subject: pa.Array
    native: pa.Array
    handle: pa.Array
    title: pa.Array
    about: pa.Array
    address: pa.Array
    bare: pa.Array
    defanged: pa.Array
    server: pa.Array
    posts: pa.Array
    relay: pa.Array
    new_handle: pa.Array
    new_title: pa.Array
    renamed_at: Floats
    followers: Ints
    language: Codes
    common: Flags
    by_invite: Flags


def profiles(parameters: Parameters, seed: int, cast: Cast, language: Codes) -> Profiles:
    """Name everyone; `language` is the community's, by index into the scripts."""
    rng, n = stage(seed, "profiles"), len(cast)
    number = np.empty(n, np.int64)
    number[np.argsort(cast.birth, kind="stable")] = np.arange(n)  # platforms number their newcomers in turn
    word = _words(rng, cast)
    server = _servers(rng, cast)
    by_invite = (cast.platform == TELEGRAM) & (cast.kind == KINDS.index("group")) & (rng.random(n) < 0.3)
    native = _natives(cast, number, word, server)
    handle = _mask(_handles(cast, word, native, server), by_invite | ~_has_handle(cast))
    address = _addresses(cast, number, word, native, server, by_invite)
    common = rng.random(n) < 0.1
    title = _titles(rng, cast, language, common)
    renamed = (~cast.is_account) & (cast.platform == TELEGRAM) & (rng.random(n) < parameters.renames)
    span = np.minimum(cast.end, parameters.days) - np.maximum(cast.birth, 0.0)
    renamed_at = np.where(renamed, np.maximum(cast.birth, 0.0) + rng.random(n) * span, np.inf)
    kind = np.where(cast.is_account, "account", "channel")
    return Profiles(
        subject=join(_platforms(cast), ":", pa.array(kind), ":", native),
        native=native,
        handle=handle,
        title=title,
        about=_spread(rng, language, 4),
        address=address,
        bare=pc.replace_substring(address, "https://", ""),
        defanged=pc.replace_substring(
            pc.replace_substring(address, "https://", "hxxps://"), ".", "[.]", max_replacements=1
        ),
        server=server,
        posts=_post_ids(cast, number, word, server, native),
        relay=_relays(cast, server),
        new_handle=_mask(join(words(rng, n, 0, 4), numbers(number)), by_invite),
        new_title=_spread(rng, language, 2),
        renamed_at=renamed_at,
        followers=np.round(np.exp(rng.normal(5.5, 1.4, n))).astype(np.int64) + 3,
        language=language,
        common=common,
        by_invite=by_invite,
    )


def pairs_by_chance(rng: np.random.Generator, profile: Profiles, wanted: int) -> tuple[Ints, Ints]:
    """Pairs of strangers that share a common name: hard negatives for whoever links accounts."""
    rows = np.flatnonzero(profile.common)
    titles = np.asarray(profile.title.take(pa.array(rows)).dictionary_encode().indices)
    rows = rows[np.argsort(titles, kind="stable")]
    chosen = np.sort(rng.permutation(max(len(rows) - 1, 0))[:wanted])
    return rows[chosen], rows[chosen + 1]


def _mask(values: pa.Array, hide: Flags) -> pa.Array:
    return pc.if_else(pa.array(hide), pa.scalar(None, pa.string()), values)


def _platforms(cast: Cast) -> pa.Array:
    return pa.array(PLATFORMS).take(pa.array(cast.platform))


def _has_handle(cast: Cast) -> Flags:
    bare = np.isin(cast.platform, [PLATFORMS.index("threema"), PLATFORMS.index("website")])
    rooms = (cast.platform == PLATFORMS.index("xmpp")) & ~cast.is_account
    return np.asarray(~bare & ~rooms)


def _handles(cast: Cast, word: pa.Array, native: pa.Array, server: pa.Array) -> pa.Array:
    """By what a subject is called: where hosts are many, its whole address."""
    alias = _either(cast.is_account, native, join("#", word, ":", server))
    address = dict.fromkeys(("xmpp", "gnusocial", "diaspora", "friendica"), native)
    return _by_platform(cast, {**dict.fromkeys(PLATFORMS, word), **address, "matrix": alias})


def _words(rng: np.random.Generator, cast: Cast) -> pa.Array:
    """A handle each, unique; similar successors take their origin's and a digit more."""
    number = np.arange(len(cast))
    plain = join(words(rng, len(cast), 0, 3), numbers(rng.integers(1, 99, len(cast))), words(rng, len(cast), 0, 1))
    root, depth = number.copy(), np.zeros(len(cast), np.int64)
    for _ in range(8):
        similar = cast.similar[root] & (cast.origin[root] >= 0)
        depth += similar
        root = np.where(similar, cast.origin[root], root)
    named = join(plain.take(pa.array(root)), pc.if_else(pa.array(depth > 0), join("_", numbers(depth + 1)), ""))
    first = np.zeros(len(cast), np.bool_)
    first[np.unique(np.asarray(named.dictionary_encode().indices), return_index=True)[1]] = True
    return pc.if_else(pa.array(first), named, join(named, "x", pc.utf8_lower(codes(number, 4))))


def _servers(rng: np.random.Generator, cast: Cast) -> pa.Array:
    prefix = pa.array(HOSTS).take(pa.array(np.repeat(np.arange(len(PLATFORMS)), SERVERS)))
    hosts = join(prefix, words(rng, SERVERS * len(PLATFORMS), 0, 3), ".example")
    return hosts.take(pa.array(cast.platform.astype(np.int64) * SERVERS + cast.community % SERVERS))


def _natives(cast: Cast, number: Ints, word: pa.Array, server: pa.Array) -> pa.Array:
    """Native ids as each platform forms them."""
    account, at_server = cast.is_account, join(word, "@", server)
    code = codes(number * 9_973 + 1_679_616, 7)
    own = {
        "telegram": numbers(np.where(account, 200_000_000, 1_100_000_000) + number * 613),
        "twitter": numbers(900_000_000_000_000_000 + number * 71_993_471),
        "mewe": join("5bd", pc.utf8_lpad(numbers(number * 7_919 + 13), 21, "0")),
        "matrix": _either(account, join("@", word, ":", server), join("!", code, "qRoom:", server)),
        "xmpp": _either(account, at_server, join(word, "@conference.", server)),
        "rocketchat": join(server, "/", word),
        "threema": join("*", code),
        "website": join(word, ".example"),
    }
    return _by_platform(cast, {**dict.fromkeys(PLATFORMS, at_server), **own})


def _addresses(
    cast: Cast, number: Ints, word: pa.Array, native: pa.Array, server: pa.Array, by_invite: Flags
) -> pa.Array:
    account = cast.is_account
    invite = join("https://t.me/joinchat/AAAAA", codes(number * 104_729 + 7, 7), "qZx")
    return _by_platform(
        cast,
        {
            "telegram": _either(by_invite, invite, join("https://t.me/", word)),
            "twitter": join("https://twitter.com/", word),
            "mewe": _either(account, join("https://mewe.com/i/", word), join("https://mewe.com/group/", native)),
            "matrix": join("https://matrix.to/#/", native),
            "xmpp": _either(account, join("xmpp:", native), join("xmpp:", native, "?join")),
            "rocketchat": join("https://", server, "/", _either(account, "direct", "channel"), "/", word),
            "threema": join("https://threema.id/", native),
            "gnusocial": join("https://", server, "/", word),
            "diaspora": join("https://", server, "/u/", word),
            "friendica": join("https://", server, "/profile/", word),
            "website": join("https://", native, "/"),
        },
    )


def _post_ids(cast: Cast, number: Ints, word: pa.Array, server: pa.Array, native: pa.Array) -> pa.Array:
    """What stands before a post's number in its id. Telegram, XMPP and Twitter number posts; MeWe and Threema show no id."""
    code = pc.utf8_lower(codes(number * 9_973 + 1_679_616, 7))
    own = {
        "matrix": join("$", code, "-"),
        "rocketchat": code,
        "gnusocial": join("tag:", server, ",2018-09-01:", word, ":noticeId="),
        "diaspora": join("d1a5b04a", code, "0000000000"),
        "friendica": join("https://", server, "/objects/", code, "-"),
        "website": join("https://", native, "/"),
    }
    return _by_platform(cast, {**dict.fromkeys(PLATFORMS, pa.array([""] * len(cast))), **own})


def _relays(cast: Cast, server: pa.Array) -> pa.Array:
    venue = ~cast.is_account
    own = {
        "matrix": join("matrix:account:@relay:", server),
        "xmpp": join("xmpp:account:relay@", server),
        "rocketchat": join("rocketchat:account:", server, "/relay"),
    }
    relay = _by_platform(cast, {**dict.fromkeys(PLATFORMS, pa.nulls(len(cast), pa.string())), **own})
    return _mask(relay, ~venue)


def _either(test: Flags, yes: pa.Array | str, no: pa.Array | str) -> pa.Array:
    return pc.if_else(pa.array(test), yes, no)


def _by_platform(cast: Cast, values: dict[str, pa.Array]) -> pa.Array:
    return pc.choose(pa.array(cast.platform.astype(np.int64)), *(values[name] for name in PLATFORMS))


def _titles(rng: np.random.Generator, cast: Cast, language: Codes, common: Flags) -> pa.Array:
    """Display names: two words, or for a tenth one of a few common names; similar successors keep their origin's."""
    own = _spread(rng, language, 2)
    stock = pa.concat_arrays([words(rng, COMMON_NAMES, script, 2) for script in range(len(SYLLABLES))])
    shared = stock.take(pa.array(language.astype(np.int64) * COMMON_NAMES + rng.integers(0, COMMON_NAMES, len(cast))))
    title = pc.if_else(pa.array(common), shared, own)
    return title.take(pa.array(np.where(cast.similar, cast.origin, np.arange(len(cast)))))


def _spread(rng: np.random.Generator, language: Codes, n_words: int) -> pa.Array:
    """`n_words` words a row, each row in its own script."""
    scripts = [
        pc.binary_join_element_wise(*(words(rng, len(language), script) for _ in range(n_words)), " ")
        for script in range(len(SYLLABLES))
    ]
    return pc.choose(pa.array(language.astype(np.int64)), *scripts)
