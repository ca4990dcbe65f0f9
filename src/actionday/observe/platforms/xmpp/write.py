"""Staged tables as a dump of MAM results, as a client collects one: what rooms answer, their archives, their ends.

Carried: rooms with title, description and members; owners, admins and members; posts with text, time to the microsecond and the wall clock's
offset, replies, links, corrections whose original is there too, subjects and retractions; shared files; moves of kind `destroy`.
Not carried: conversations between people, views, languages, other service posts, authors that are neither an account's nor
an occupant's address, profiles of accounts that do not post, and characters that XML cannot hold.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl
import pyarrow as pa

from actionday.observe.reader import staged_schema

SLICE = 50_000
_ADDRESS = r"[^\s@/\"&'<>:]+@[^\s@/\"&'<>]+"
_VENUE, _PERSON = rf"^xmpp:channel:({_ADDRESS})$", rf"^xmpp:account:({_ADDRESS})$"
_OCCUPANT = rf"(?s)^xmpp:account:{_ADDRESS}/(.+)$"
_FORBIDDEN = [chr(n) for n in range(32) if chr(n) not in "\t\n\r"] + ["\ufffe", "\uffff"]
_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&apos;", "\r": "&#13;", **dict.fromkeys(_FORBIDDEN, "")}
_VALUE = {**_TEXT, "\n": "&#10;", "\t": "&#9;"}
_ME = "eye@watch.example.net/dump"


def write_dump(rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
    """Write ``xmpp-archive.xml``; nothing where no row can be carried."""
    tables = {
        name: pl.DataFrame(rows[name]) if name in rows else pl.DataFrame(staged_schema(name).empty_table())
        for name in ("channels", "memberships", "accounts", "posts", "media", "moves")
    }
    posts = _posts(tables)
    rooms = _rooms(tables, posts)
    moves = _moves(tables["moves"], rooms)
    if not posts.height and not rooms.height and not moves.height:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "xmpp-archive.xml"
    with path.open("wb") as file:
        file.write(b"<?xml version='1.0' encoding='UTF-8'?>\n<archive xmlns='jabber:client'>\n")
        for lines in (rooms["xml"], _roles(tables["memberships"], rooms), *_messages(posts), moves["xml"]):
            file.write("".join(f"{line}\n" for line in lines).encode())
        file.write(b"</archive>\n")
    return [path]


def _escaped(value: pl.Expr, how: Mapping[str, str] = _VALUE) -> pl.Expr:
    return value.str.replace_many(list(how), list(how.values()))


def _tag(before: str, value: pl.Expr, after: str, how: Mapping[str, str] = _VALUE) -> pl.Expr:
    """Text around a value, or nothing where there is none."""
    return pl.concat_str(pl.lit(before), _escaped(value, how), pl.lit(after)).fill_null("")


def _room(column: str) -> pl.Expr:
    return pl.col(column).str.extract(_VENUE, 1)


def _field(name: str, value: pl.Expr) -> pl.Expr:
    return _tag(f"<field var='muc#{name}'><value>", value, "</value></field>", _TEXT)


def _rooms(tables: Mapping[str, pl.DataFrame], posts: pl.DataFrame) -> pl.DataFrame:
    """`room` and the disco#info answers of rooms, one for each thing that was said of them."""
    listed = tables["channels"].filter(pl.col("kind").fill_null("") != "direct").with_columns(room=_room("subject"))
    told = listed.drop_nulls("room").select("room", "title", "description", "members").unique(maintain_order=True)
    silent = posts.select("room").unique(maintain_order=True).join(told, on="room", how="anti")
    return pl.concat([told, silent], how="diagonal").select(
        "room",
        pl.concat_str(
            _tag("<iq type='result' from='", pl.col("room"), f"' to='{_ME}' id='i'>"),
            pl.lit("<query xmlns='http://jabber.org/protocol/disco#info'><identity category='conference' type='text'"),
            _tag(" name='", pl.col("title"), "'"),
            pl.lit("/>"),
            *(
                pl.lit(f"<feature var='{one}'/>")
                for one in ("muc_public", "muc_open", "muc_unsecured", "urn:xmpp:mam:2")
            ),
            pl.lit("<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'>"),
            pl.lit("<value>http://jabber.org/protocol/muc#roominfo</value></field>"),
            _field("roominfo_description", pl.col("description")),
            _field("roominfo_occupants", pl.col("members").cast(pl.String)),
            pl.lit("</x></query></iq>"),
        ).alias("xml"),
    )


def _roles(memberships: pl.DataFrame, rooms: pl.DataFrame) -> pl.Series:
    """One answer for each room: who holds which affiliation."""
    held = memberships.with_columns(room=_room("channel"), who=pl.col("account").str.extract(_PERSON, 1))
    held = held.drop_nulls(["room", "who"]).filter(pl.col("role").is_in(["owner", "admin", "member"]))
    held = held.join(rooms.select("room").unique(), on="room", how="semi", maintain_order="left")
    items = held.select("room", pl.format("<item affiliation='{}' jid='{}'/>", "role", "who").alias("item"))
    return (
        items.unique(maintain_order=True)
        .group_by("room", maintain_order=True)
        .agg(pl.col("item").str.join(""))
        .select(
            pl.concat_str(
                _tag("<iq type='result' from='", pl.col("room"), f"' to='{_ME}' id='r'>"),
                pl.lit("<query xmlns='http://jabber.org/protocol/muc#admin'>"),
                "item",
                pl.lit("</query></iq>"),
            )
        )
        .to_series()
    )


def _posts(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """What can be carried of the posts, versions after their originals, with the sender's nick and the files' elements."""
    posts = tables["posts"].with_columns(room=_room("channel"))
    known = pl.col("action").is_in(["subject", "retract"])
    posts = posts.drop_nulls("room").filter((pl.col("kind") != "service") | known.fill_null(value=False))
    direct = tables["channels"].filter(pl.col("kind") == "direct").select(channel="subject")
    posts = posts.join(direct, on="channel", how="anti", maintain_order="left")
    names = tables["accounts"].drop_nulls("display_name").unique("subject", keep="last", maintain_order=True)
    names = names.select(author="subject", name="display_name")
    posts = posts.join(names, on="author", how="left", maintain_order="left")
    posts = posts.join(_files(tables["media"]), on=["channel", "native"], how="left", maintain_order="left")
    posts = posts.with_columns(
        jid=pl.col("author").str.extract(_PERSON, 1), occupant=pl.col("author").str.extract(_OCCUPANT, 1)
    )
    return posts.sort("channel", "at", "native", "edited_at", nulls_last=False, maintain_order=True)


def _files(media: pl.DataFrame) -> pl.DataFrame:
    """The file-sharing elements of each post, in order."""
    parts = [("media-type", "mime"), ("name", "name"), ("size", "size"), ("width", "width"), ("height", "height")]
    length = (pl.col("seconds") * 1000).round().cast(pl.Int64, strict=False)
    digest = pl.col("sha256").bin.encode("base64")
    element = pl.concat_str(
        pl.lit("<file-sharing xmlns='urn:xmpp:sfs:0'><file xmlns='urn:xmpp:file:metadata:0'>"),
        *(_tag(f"<{tag}>", pl.col(column).cast(pl.String), f"</{tag}>", _TEXT) for tag, column in parts),
        _tag("<length>", length.cast(pl.String), "</length>"),
        _tag("<hash xmlns='urn:xmpp:hashes:2' algo='sha-256'>", digest, "</hash>"),
        pl.lit("</file></file-sharing>"),
    )
    listed = media.sort("position", maintain_order=True).select(
        "channel", pl.col("post").alias("native"), files=element
    )
    return listed.group_by("channel", "native", maintain_order=True).agg(pl.col("files").str.join(""))


def _messages(posts: pl.DataFrame) -> Iterator[pl.Series]:
    """Archived messages, a slice at a time."""
    whole = posts.with_columns(
        version=pl.struct("channel", "native").is_first_distinct().not_() & pl.col("edited_at").is_not_null()
    )
    whole = whole.with_columns(number=pl.col("edited_at").dt.epoch("us").cast(pl.String))
    for piece in whole.iter_slices(SLICE):
        yield piece.select(_message()).to_series()


def _message() -> pl.Expr:
    version = pl.col("version")
    name, local = pl.col("name"), pl.col("jid").str.extract("^([^@]+)", 1)
    nick = pl.coalesce(pl.when(name != "").then(name), pl.col("occupant"), local)
    own_id = pl.when(pl.col("occupant") != nick).then(pl.col("occupant"))
    suffix = pl.when(version).then(pl.concat_str(pl.lit("/"), "number")).otherwise(pl.lit(""))
    stamp = (
        pl.when(version)
        .then(_stamp(pl.col("edited_at"), pl.lit(None, pl.Int16)))
        .otherwise(_stamp(pl.col("at"), pl.col("at_offset")))
    )
    return pl.concat_str(
        _tag("<message from='", pl.col("room"), f"' to='{_ME}'><result xmlns='urn:xmpp:mam:2' id='"),
        _escaped(pl.concat_str("native", suffix)),
        pl.lit("'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='"),
        stamp,
        _tag("'/><message xmlns='jabber:client' type='groupchat' from='", pl.col("room"), ""),
        _tag("/", nick, ""),
        _tag("' id='", pl.concat_str("native", suffix), "'>"),
        _body(),
        _tag("<x xmlns='http://jabber.org/protocol/muc#user'><item jid='", pl.col("jid"), "'/></x>"),
        _tag("<occupant-id xmlns='urn:xmpp:occupant-id:0' id='", own_id, "'/>"),
        pl.when(version)
        .then(_tag("<replace xmlns='urn:xmpp:message-correct:0' id='", pl.col("native"), "'/>"))
        .otherwise(pl.lit("")),
        _hrefs(),
        pl.when(version).then(pl.lit("")).otherwise(pl.col("files").fill_null("")),
        pl.lit("</message></forwarded></result></message>"),
    ).alias("xml")


def _body() -> pl.Expr:
    """What was said: a subject, a retraction with what it takes back, or a body and what it answers."""
    subject = _tag("<subject>", pl.col("text"), "</subject>", _TEXT)
    retract = pl.concat_str(
        pl.lit("<retract xmlns='urn:xmpp:message-retract:1'"), _tag(" id='", pl.col("reply_to"), "'"), pl.lit("/>")
    )
    reply = _tag("<reply xmlns='urn:xmpp:reply:0' id='", pl.col("reply_to"), "'/>")
    lost = pl.when(pl.col("action") == "correct").then(pl.lit("<replace xmlns='urn:xmpp:message-correct:0' id=''/>"))
    body = pl.concat_str(_tag("<body>", pl.col("text"), "</body>", _TEXT), reply, lost.otherwise(pl.lit("")))
    service = pl.col("kind") == "service"
    return (
        pl.when(service & (pl.col("action") == "subject"))
        .then(pl.concat_str(subject, reply))
        .when(service & (pl.col("action") == "retract"))
        .then(retract)
        .otherwise(body)
    )


def _hrefs() -> pl.Expr:
    one = pl.element()
    room = one.str.extract(rf"^xmpp:({_ADDRESS})\?join$", 1)
    element = pl.coalesce(
        pl.concat_str(pl.lit("<x xmlns='jabber:x:conference' jid='"), _escaped(room), pl.lit("'/>")),
        pl.concat_str(pl.lit("<x xmlns='jabber:x:oob'><url>"), _escaped(one, _TEXT), pl.lit("</url></x>")),
    )
    return pl.col("hrefs").list.eval(element).list.join("", ignore_nulls=True).fill_null("")


def _stamp(at: pl.Expr, offset: pl.Expr) -> pl.Expr:
    """An XEP-0082 time: the wall clock with its offset where one is known, else UTC."""
    minutes = offset.cast(pl.Int64)
    wall = (at + pl.duration(minutes=minutes.fill_null(0))).dt.strftime("%Y-%m-%dT%H:%M:%S%.6f")
    size = minutes.abs()
    sign = pl.when(minutes < 0).then(pl.lit("-")).otherwise(pl.lit("+"))
    two = [(size // 60).cast(pl.String).str.zfill(2), (size % 60).cast(pl.String).str.zfill(2)]
    return pl.concat_str(wall, pl.coalesce(pl.concat_str(sign, two[0], pl.lit(":"), two[1]), pl.lit("Z")))


def _moves(moves: pl.DataFrame, rooms: pl.DataFrame) -> pl.DataFrame:
    """Ends of rooms that name another: seen by an occupant where the time is known, else as a service answers."""
    told = moves.filter(pl.col("kind") == "destroy").with_columns(
        room=_room("subject"), venue=_room("target"), reason=pl.col("evidence").str.extract("(?s)^destroyed: (.+)$", 1)
    )
    told = told.drop_nulls(["room", "venue"])
    there = pl.col("at").is_not_null() & pl.col("room").is_in(rooms["room"].to_list())
    reason = _tag("<reason>", pl.col("reason"), "</reason>", _TEXT)
    seen = pl.concat_str(
        _tag(
            "<presence type='unavailable' from='", pl.col("room"), f"' to='{_ME}'><delay xmlns='urn:xmpp:delay' stamp='"
        ),
        _stamp(pl.col("at"), pl.lit(None, pl.Int16)),
        _tag("'/><x xmlns='http://jabber.org/protocol/muc#user'><destroy jid='", pl.col("venue"), "'>"),
        reason,
        pl.lit("</destroy></x></presence>"),
    )
    asked = pl.concat_str(
        _tag("<iq type='error' from='", pl.col("room"), f"' to='{_ME}' id='g'><error type='cancel'>"),
        _tag("<gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>xmpp:", pl.col("venue"), "?join</gone>"),
        _tag("<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>", pl.col("reason"), "</text>", _TEXT),
        pl.lit("</error></iq>"),
    )
    return told.select(pl.when(there).then(seen).otherwise(asked).alias("xml"))
