"""One message as JSON, written in SQL: keys in Telegram Desktop's order, absent ones left out.

``concat`` skips nulls and ``||`` hands them on, so a key whose value is null vanishes with its comma. The input is a table
`m` (see `write._inputs`). Not for: reading.
"""

_INNER, _OUTER = "<inner>", "<outer>"


def message_sql(depth: int) -> str:
    """A query of one text column: each row of `m` as a comma and an object, indented `depth` spaces."""
    return _SQL.replace(_INNER, "\n" + " " * (depth + 1)).replace(_OUTER, "\n" + " " * depth)


def _key(name: str, value: str) -> str:
    """A key whose value is an SQL expression that gives JSON text, or null for no key."""
    return f"',{_INNER}\"{name}\": ' || ({value})"


def _peer(column: str) -> str:
    """An SQL expression: ``telegram:account:7`` as ``user7`` and so on, null for anything else."""
    cases = (("account:", "'user' ||"), ("channel:chat", "'chat' ||"), ("channel:", "'channel' ||"))
    when = " ".join(
        f"when regexp_matches({column}, '^telegram:{kind}[1-9][0-9]{{0,18}}$') "
        f"then {word} {column}[{len('telegram:' + kind) + 1}:]"
        for kind, word in cases
    )
    return f"case {when} end"


def _text(column: str) -> str:
    return f"to_json({column})::varchar"


def _quoted(column: str) -> str:
    return f"'\"' || {column} || '\"'"


def _clock(column: str) -> str:
    """Seconds since the epoch as a local ISO time."""
    local = f"make_timestamp(({column} + coalesce(at_offset, 0)::bigint * 60) * 1000000)"
    return _quoted(f"strftime({local}, '%Y-%m-%dT%H:%M:%S')")


def _when(condition: str, value: str) -> str:
    return f"case when {condition} then {value} end"


_LEFT_OUT = "'(File not included. Change data exporting settings to download.)'"
_PATH = _text(f"coalesce(media_name, {_LEFT_OUT})")
_SERVICE, _PHOTO, _FILE = "kind = 'service'", "media_kind = 'photo'", "media_kind <> 'photo'"
_NAME = f"coalesce({_text('name')}, 'null')"
_FROM_NAME = f"coalesce({_text('nullif(forward_name, $$$$)')}, 'null')"
_PIECE = _text("substr(body, i, case when i < len(leads) then 1 else length(body) + 1 end)")
_MENTION = f'concat(\'{{"type": "mention_name", "text": \', {_PIECE}, \', "user_id": \', leads[i][14:], \'}}\')'
_LINK = f'concat(\'{{"type": "text_link", "text": \', {_PIECE}, \', "href": \', {_text("leads[i]")}, \'}}\')'
_ENTITY = f"case when regexp_matches(leads[i], '^tg://user[?]id=[1-9][0-9]{{0,17}}$') then {_MENTION} else {_LINK} end"
_RICH = f"'[' || array_to_string(list_transform(range(1, len(leads) + 1), lambda i: {_ENTITY}), ', ') || ']'"
_PLAIN = f"case when body = '' then '[]' else concat('[{{\"type\": \"plain\", \"text\": ', {_text('body')}, '}}]') end"

_KEYS = (
    _key("type", f"case when {_SERVICE} then '\"service\"' else '\"message\"' end"),
    _key("date", _clock("unix")),
    _key("date_unixtime", _quoted("unix")),
    _key("edited", _clock("edited")),
    _key("edited_unixtime", _quoted("edited")),
    _key("actor", _when(f"{_SERVICE} and peer is not null", _NAME)),
    _key("actor_id", _when(_SERVICE, _quoted("peer"))),
    _key("action", _text("action")),
    _key("title", _when("action in ('create_channel', 'create_group')", _text("title"))),
    _key("from", _when(f"not {_SERVICE} and peer is not null", _NAME)),
    _key("from_id", _when(f"not {_SERVICE}", _quoted("peer"))),
    _key("forwarded_from", _when("kind = 'forward'", _FROM_NAME)),
    _key("forwarded_from_id", _when("kind = 'forward'", _quoted("origin"))),
    _key("reply_to_message_id", _when("regexp_matches(reply_to, '^-?[0-9]{1,18}$')", "reply_to")),
    _key("photo", _when(_PHOTO, _PATH)),
    _key("photo_file_size", _when(_PHOTO, "media_size::varchar")),
    _key("file", _when(_FILE, _PATH)),
    _key("file_size", _when(_FILE, "media_size::varchar")),
    _key("media_type", _when(f"{_FILE} and media_kind <> 'file'", _text("media_kind"))),
    _key("mime_type", _text("media_mime")),
    _key("duration_seconds", "media_seconds::varchar"),
    _key("width", "media_width::varchar"),
    _key("height", "media_height::varchar"),
    _key("text", f"case when len(leads) > 0 then {_RICH} else {_text('body')} end"),
    _key("text_entities", f"case when len(leads) > 0 then {_RICH} else {_PLAIN} end"),
)

_SQL = (
    f"with s as (select * exclude (text, hrefs), coalesce(text, '') as body, {_peer('author')} as peer, "
    f"{_peer('forward_from')} as origin, list_filter(hrefs, lambda h: h is not null) as leads from m) "
    f"select concat(',{_OUTER}{{{_INNER}\"id\": ', native, {', '.join(_KEYS)}, '{_OUTER}}}') from s"
)
