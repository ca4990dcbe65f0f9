"""Propose a mapping from column names and a few values. A proposal is shown and confirmed by a person, never applied as is.

Not for: deciding. A table without a mapping stays unread; the proposal is what the refusal prints, ready to save.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from actionday.observe.mapping.guess_referrals import guess_referrals
from actionday.observe.times import BARE_NUMBER, NO_ZONE, parse_times
from actionday.records.platform import PLATFORMS

_NAMES: Mapping[str, str] = {
    "at": "timestamp created_at date datetime time posted_at posted published_at published created created_utc"
    " created_time unix_timestamp date_utc sent_at ts seen_at checked_at",
    "native": "id post_id message_id msg_id tweet_id status_id item_id id_str uuid",
    "channel": "channel_id chat_id group_id room_id thread_id page_id peer_id rid channel chat group room page subreddit"
    " forum community",
    "author": "author_id user_id from_id sender_id account_id author user username sender from screen_name handle poster",
    "text": "text body message content post full_text tweet msg caption selftext post_text",
    "views": "views view_count impressions",
    "language": "language lang",
    "reply_to": "reply_to in_reply_to in_reply_to_id reply_to_id in_reply_to_status_id parent_id",
    "edited_at": "edited_at edited edit_date timestamp_edited",
    "forward_name": "forwarded_from forward_from_name author_forwarded_from_name",
    "hrefs": "urls links expanded_urls",
    "handle": "handle username screen_name user_name",
    "display_name": "display_name name full_name author_name title",
    "bio": "bio description about",
    "followers": "followers followers_count subscribers members member_count",
    "subject": "subject subject_id account target uri",
    "state": "state status",
}
"""By archive column the names under which it is met, likeliest first; compared in lower case, other signs as ``_``."""

_TABLES = {
    "posts": "channel native at author text views language reply_to edited_at forward_name hrefs",
    "accounts": "subject handle display_name bio followers seen_at language",
    "sightings": "subject at state",
}
_WHY = {
    "channel": "where it was posted",
    "native": "the post's own id",
    "at": "when",
    "author": "who",
    "text": "what it says",
}


@dataclass(frozen=True, slots=True)
class Guess:
    """A proposal: `mapping` as `parse_mapping` takes it, `says` one line a column, `gaps` what a person must fill in."""

    mapping: Mapping[str, Any]
    says: tuple[str, ...]
    gaps: tuple[str, ...]


def guess_mapping(columns: Sequence[str], sample: Mapping[str, Sequence[object]] | None = None) -> Guess:
    """Propose a mapping for a table with these column names; `sample` holds some of their values, from the file's head."""
    values = sample or {}
    by_key = {re.sub(r"[^a-z0-9]+", "_", c.casefold()).strip("_"): c for c in reversed(columns)}
    found = {
        role: c
        for role, names in _NAMES.items()
        if (c := next((by_key[n] for n in names.split() if by_key.get(n)), None))
    }
    sheet = guess_referrals(by_key, values)
    if sheet is not None:
        return _sheet(sheet, by_key, values)
    table = _table(found)
    rules: dict[str, Any] = {}
    says, gaps = [f"read as {table}"], list[str]()
    taken: set[str] = set()
    for column in _TABLES[table].split():
        source = found.get(
            {"subject": "subject" if table == "sightings" else "native", "seen_at": "at"}.get(column, column)
        )
        if source is None or source in taken:
            continue
        rules[column] = _rule(column, source, values.get(source, ()), gaps)
        taken.add(source)
        says.append(f"{column} from {source!r}" + (f" ({_WHY[column]})" if column in _WHY else ""))
    platform, why = _platform(by_key, values)
    says.append(why)
    if not platform:
        gaps.append("platform: which one is it? (a lower-case word such as telegram, mewe, xmpp)")
    _fill(table, rules, gaps)
    head: dict[str, Any] = {"table": table, "platform": platform}
    if any(_needs_zone(values.get(r if isinstance(r, str) else str(r.get("from")), ())) for r in rules.values()):
        head["zone"] = ""
        gaps.append("zone: the times name no zone; declare one, such as UTC or Europe/Paris")
    return Guess({**head, "columns": rules}, tuple(says), tuple(gaps))


def _sheet(sheet: dict[str, Any], by_key: Mapping[str, str], values: Mapping[str, Sequence[object]]) -> Guess:
    """A proposal of several sections from one sheet: platform and zone stand before them, gaps are named."""
    platform, why = _platform(by_key, values)
    head, gaps = {"platform": platform}, list[str]()
    if not platform:
        gaps.append("platform: which one is it? (a lower-case word such as telegram, mewe, xmpp)")
    for rows in sheet["rows"]:
        at, step = rows["columns"].get("at"), rows["columns"].get("step", {})
        if at and (gap := _time_gap(at, values.get(at, ()))) and gap not in gaps:
            gaps.append(gap)
        if at and _needs_zone(values.get(at, ())):
            head["zone"] = ""
        gaps += [f"answer {word!r}: what does it say?" for word, said in step.get("values", {}).items() if not said]
    if "zone" in head:
        gaps.append("zone: the times name no zone; declare one, such as UTC or Europe/Paris")
    says = ("read as a sheet of referrals: each date becomes an event", why)
    return Guess({**head, **sheet}, says, tuple(gaps))


def mapping_toml(guess: Guess) -> str:
    """The proposal as TOML, gaps as comments on top; strings and one level of inline tables are all it needs."""
    lines = ["# A proposal from the column names. Check it, fill in what is empty, save it beside the file."]
    lines += [f"# to fill in: {gap}" for gap in guess.gaps]
    lines += [f"{_key(k)} = {_value(v)}" for k, v in guess.mapping.items() if k not in ("columns", "rows")]
    if "columns" in guess.mapping:
        lines += ["", "[columns]", *_lines(guess.mapping["columns"])]
    for rows in guess.mapping.get("rows", ()):
        lines += ["", "[[rows]]", *_lines({k: v for k, v in rows.items() if k != "columns"})]
        lines += ["[rows.columns]", *_lines(rows["columns"])]
    return "\n".join(lines) + "\n"


def _lines(table: Mapping[str, Any]) -> list[str]:
    return [f"{_key(k)} = {_value(v)}" for k, v in table.items()]


def _table(found: Mapping[str, str]) -> str:
    if {"subject", "state", "at"} <= set(found) and "text" not in found:
        return "sightings"
    if "text" not in found and {"followers", "bio"} & set(found):
        return "accounts"
    return "posts"


def _rule(column: str, source: str, values: Sequence[object], gaps: list[str]) -> Any:  # noqa: ANN401 - TOML value
    if column == "channel":
        return {"from": source, "id": "channel"}
    if column in {"author", "subject"}:
        typed = values and all(re.match(r"^[a-z][a-z0-9_]*:(account|channel|pseudonym):.", str(v)) for v in values if v)
        return source if typed else {"from": source, "id": "account"}
    if column == "hrefs":
        listed = any(str(v).startswith("[") for v in values)
        return {"from": source, "split": "json" if listed else " "}
    if column in {"at", "seen_at", "edited_at"} and (gap := _time_gap(source, values)):
        gaps.append(gap)
        return {"from": source, "format": ""}
    return source


def _time_gap(source: str, values: Sequence[object]) -> str | None:
    texts = [str(v) for v in values if v not in (None, "")]
    reasons = parse_times(pl.Series(texts, dtype=pl.String)).reason.drop_nulls().unique().to_list() if texts else []
    if any(r not in (NO_ZONE, BARE_NUMBER) for r in reasons):
        return f'{source}: how are its times written? such as {texts[0]!r}: declare format = "%d/%m/%Y %H:%M"'
    return None


def _needs_zone(values: Sequence[object]) -> bool:
    texts = [str(v) for v in values if v not in (None, "")]
    return bool(texts) and bool((parse_times(pl.Series(texts, dtype=pl.String)).reason == NO_ZONE).any())


def _platform(by_key: Mapping[str, str], values: Mapping[str, Sequence[object]]) -> tuple[Any, str]:
    for name in ("platform", "network", "site", "source"):
        if by_key.get(name):
            return {"from": by_key[name]}, f"platform from {by_key[name]!r}"
    text = " ".join(str(v).lower() for column in values.values() for v in column)
    hosts = re.findall(r"https?://(?:www\.)?([a-z0-9.-]+)", text)
    for platform in PLATFORMS:
        if any(host in platform.hosts for host in hosts):
            return platform.name, f"platform {platform.name}: its links occur in the rows"
    return "", "platform not told by the columns"


def _fill(table: str, rules: dict[str, Any], gaps: list[str]) -> None:
    """Required columns that no name suggests, left empty for a person."""
    wanted = {"posts": ("channel", "native", "at"), "accounts": ("subject",), "sightings": ("subject", "at", "state")}
    for column in wanted[table]:
        if column in rules:
            continue
        id_kind = {"channel": "channel", "subject": "account"}.get(column)
        rules[column] = {"value": "", "id": id_kind} if id_kind else {"from": ""}
        gaps.append(f"{column}: no column looks like it; name one, or a constant value")


def _key(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z0-9_-]+", text) else _text(text)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_value, value)) + "]"
    return str(value) if isinstance(value, int) else _text(str(value))
