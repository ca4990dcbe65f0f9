"""Take the names of the forgotten out of what is read: files' names, refused rows, people's own words.

Names are known by keyed hashes only (`erasures`), so a text is looked at word by word: its words are hashed once each, and
only where one begins a forgotten name is the whole compared. Not for: rows that carry an id (`minimise.suppress`).
"""

import re
from collections.abc import Mapping

import pyarrow as pa

from actionday.records import LONGEST_NAME, PLATFORMS, first_word_hash, name_words, subject_hash, whole_name_hash
from actionday.stores.archive.schemas import TABLES
from actionday.stores.archive.subjects import ERASED

_SHORTEST_NAME = 3


def hide_names(text: str, key: bytes, hashes: frozenset[str]) -> str:
    """Take handles, native ids and display names of the forgotten out of a short text (a file's name, a refused row)."""
    if not hashes:
        return text
    return _without_ids(_without_names(text, key, hashes), key, hashes)


def hide_names_in(tables: Mapping[str, pa.Table], key: bytes, hashes: frozenset[str]) -> dict[str, pa.Table]:
    """Take names of the forgotten out of the columns that hold people's own words (`TableSpec.free`)."""
    if not hashes:
        return dict(tables)
    return {name: _redacted(table, TABLES[name].free, key, hashes) for name, table in tables.items()}


def _redacted(table: pa.Table, columns: tuple[str, ...], key: bytes, hashes: frozenset[str]) -> pa.Table:
    import polars as pl  # only parsers need it, and it is large

    for column in columns:
        if table[column].null_count == len(table):
            continue
        values = pl.Series(pl.from_arrow(table[column]))
        words = values.str.extract_all(r"[\p{L}\p{N}]+").explode().drop_nulls().unique().to_list()
        begins = [word for word in words if first_word_hash(key, word.casefold()) in hashes]
        if not begins:
            continue
        hit = values.str.contains_any(begins).fill_null(False)
        distinct = values.filter(hit).unique().to_list()
        fresh = values.replace({value: _without_names(value, key, hashes) for value in distinct})
        index = table.column_names.index(column)
        table = table.set_column(
            index, table.schema.field(index), fresh.to_arrow().cast(table.schema.field(index).type)
        )
    return table


def _without_names(text: str, key: bytes, hashes: frozenset[str]) -> str:
    """The text without the names whose words stand in it one after the other, whatever parts them."""
    words = name_words(text)
    pieces, done, at = [], 0, 0
    while at < len(words):
        count = _named_at(words, at, key, hashes)
        if count:
            pieces += [text[done : words[at][1]], ERASED]
            done = words[at + count - 1][2]
        at += max(count, 1)
    return "".join([*pieces, text[done:]])


def _named_at(words: list[tuple[str, int, int]], at: int, key: bytes, hashes: frozenset[str]) -> int:
    """How many words from `at` on make a forgotten name; the longest counts."""
    if first_word_hash(key, words[at][0]) not in hashes:
        return 0
    for count in range(min(LONGEST_NAME, len(words) - at), 0, -1):
        if whole_name_hash(key, [word for word, _, _ in words[at : at + count]]) in hashes:
            return count
    return 0


def _without_ids(text: str, key: bytes, hashes: frozenset[str]) -> str:
    """The text without handles and native ids of any length, by the hashes of whole ids."""

    def named(word: str) -> bool:
        forms = ((":@", word.casefold()), (":account:", word), (":channel:", word))
        return any(subject_hash(key, f"{p.name}{form}{name}") in hashes for p in PLATFORMS for form, name in forms)

    def hidden(match: re.Match[str]) -> str:
        pieces = match.group().split("_")
        for length in range(len(pieces), 0, -1):  # "ChatExport_some_name" holds "some_name"
            for start in range(len(pieces) - length + 1):
                word = "_".join(pieces[start : start + length])
                if len(word) >= _SHORTEST_NAME and named(word):
                    return "_".join([*pieces[:start], ERASED, *pieces[start + length :]])
        return match.group()

    return re.sub(r"\w{3,64}", hidden, text)
