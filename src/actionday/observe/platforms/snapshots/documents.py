"""Open one snapshot and pull its entries out as columns of text. Hostile input is refused: aliases, depth, size.

YAML scalars are kept as written: ids such as ``02019`` are no numbers, ``no`` is no truth value. An entry's path may climb:
``^name`` is `name` of the entry around it. Not for: knowing what entries mean.
"""

import re
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import yaml

from actionday.observe.platforms.snapshots.plan import Section
from actionday.observe.tabular import layout_of, stream

LARGEST = 64 << 20
"""Bytes of one snapshot of YAML or JSON; longer ones are refused."""

_DEEPEST = 100
_MAYBE_ALIAS = re.compile(rb"[&*][A-Za-z0-9_-]")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


class Unreadable(Exception):
    """One snapshot cannot be used; the text says why."""


def load(path: Path, form: str) -> Any:  # noqa: ANN401 - a document is anything
    """Parse YAML or JSON into lists, dicts and scalars. Raises Unreadable."""
    size = path.stat().st_size
    if size > LARGEST:
        raise Unreadable(f"larger than {LARGEST >> 20} MiB")
    raw = path.read_bytes()
    try:
        return _yaml(raw) if form == "yaml" else msgspec.json.decode(raw.removeprefix(b"\xef\xbb\xbf"))
    except yaml.YAMLError as error:
        raise Unreadable(f"not YAML: {' '.join(str(error).split())[:300]}") from error
    except msgspec.DecodeError as error:
        raise Unreadable(f"not JSON: {error}") from error
    except (RecursionError, UnicodeDecodeError, ValueError) as error:
        raise Unreadable(f"not readable: {error}") from error


def _yaml(raw: bytes) -> Any:  # noqa: ANN401
    """One document, every scalar as text. Aliases are refused: a few lines of them unfold to gigabytes."""
    if _MAYBE_ALIAS.search(raw) or raw.count(b"[") + raw.count(b"{") > _DEEPEST:
        depth = 0
        for event in yaml.parse(raw, Loader=yaml.CBaseLoader):
            if isinstance(event, yaml.AliasEvent):
                raise Unreadable("YAML aliases are not accepted")
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > _DEEPEST:
                raise Unreadable(f"nested deeper than {_DEEPEST} levels")
    return yaml.load(raw, Loader=yaml.CBaseLoader)  # noqa: S506 - builds text, lists and dicts only


def entries(document: Any, each: tuple[str, ...], names: tuple[str, ...]) -> pl.DataFrame | None:  # noqa: ANN401
    """The entries at the first alternative path that exists, as text columns `names`; None when no path exists.

    The documents are Python objects, so this is a loop per entry; everything after it works on columns.
    """
    for path in each:
        found = _walk([(document,)], path)
        if found is not None:
            columns = {name: _column(found, name) for name in names}
            return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String()), height=len(found))
    return None


def _walk(scopes: list[tuple[Any, ...]], path: str) -> list[tuple[Any, ...]] | None:
    """Follow ``subs[].links[]``: ``name[]`` the items of a list, ``name{}`` the values of a table (with ``@key``)."""
    for part in path.split("."):
        many, key = part[-2:] if part.endswith(("[]", "{}")) else "", part.removesuffix("[]").removesuffix("{}")
        holders = [
            (s, s[-1].get(key) if key and isinstance(s[-1], dict) else s[-1] if not key else None) for s in scopes
        ]
        if scopes and all(value is None for _, value in holders):
            return None
        if many == "[]":
            scopes = [(*s, item) for s, value in holders if isinstance(value, list) for item in value]
        elif many == "{}":
            scopes = [(*s, _keyed(k, v)) for s, value in holders if isinstance(value, dict) for k, v in value.items()]
        else:
            scopes = [(*s, value) for s, value in holders if value is not None]
    return scopes


def _keyed(key: object, value: object) -> dict[str, object]:
    held = value if isinstance(value, dict) else {"value": value}
    return {"@key": str(key), **held}


def _column(scopes: list[tuple[Any, ...]], name: str) -> list[str | None]:
    """One path in all entries."""
    up = len(name) - len(name.lstrip("^"))
    values: list[Any] = [scope[-1 - up] if up < len(scope) else None for scope in scopes]
    for key in name[up:].split("."):
        values = [value.get(key) if isinstance(value, dict) else None for value in values]
    return [_text(value) for value in values]


def _text(value: object) -> str | None:
    if isinstance(value, str):
        return None if value in _NULLS else value
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (int, float)) else msgspec.json.encode(value).decode()


def table_entries(path: Path, section: Section) -> tuple[pl.DataFrame, list[str]]:
    """The section's entries of a CSV or TSV snapshot, and what was wrong with single rows. Raises Unreadable."""
    layout = layout_of(path, path.name)
    if layout is None or layout.fault or layout.shape != "delimited":
        raise Unreadable(layout.fault if layout and layout.fault else "no delimited table")
    frames, faults = [], list[str]()
    for batch in stream(path, layout, section.sources):
        faults += [f"{r.position}: {r.reason}" for r in batch.refused]
        frames.append(batch.frame)
    lacking = [n for n in section.sources if n not in layout.columns]
    frame = (
        pl.concat([f for f in frames if f.height], how="diagonal") if any(f.height for f in frames) else pl.DataFrame()
    )
    kept = frame.with_columns(pl.lit(None, pl.String).alias(n) for n in lacking) if frame.height else frame
    return kept, faults
