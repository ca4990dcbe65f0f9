"""From a reader's staged chunk to finished archive rows, the same way for every format.

Order: drop the forgotten, extract links, fingerprint, count, apply the content policy, replace people by pseudonyms,
put into the archive's payload schemas. Runs inside the parser process, so that no full text leaves it unless the home
keeps text. Not for: numbering, anti-joins and writing (the archive's business).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from actionday.observe import extract, fingerprint, minimise
from actionday.observe.fingerprint_images import image_fingerprints
from actionday.observe.media_files import image_files
from actionday.observe.reader import Chunk, Refused, Source, staged_schema
from actionday.observe.redact import hide_names, hide_names_in
from actionday.observe.script import scripts_of
from actionday.observe.treatment import Treatment
from actionday.stores.archive.schemas import TABLES

_RAW_LENGTH = 1_000
_WHOLE_FILE = ("file", "mapping")
_LETTER, _DIGIT = re.compile(r"[^\W\d_]"), re.compile(r"\d")


@dataclass(slots=True)
class Finished:
    """Payload tables by name, what was refused, and how many rows named somebody forgotten."""

    tables: dict[str, pa.Table] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    dropped: int = 0


def finish(
    chunk: Chunk, source: Source, treatment: Treatment, officers: Callable[[], frozenset[str]] = frozenset
) -> Finished:
    """Turn one staged chunk into archive payload tables. Columns: see `stores.archive.schemas`.

    `officers` gives who is known to hold a role; it may have to wait for the files before, so it is called last.
    """
    staged = {name: table.select(staged_schema(name).names) for name, table in chunk.tables.items() if len(table)}
    staged, dropped = minimise.suppress(staged, treatment.key, treatment.forgotten)
    posts = staged.pop("posts", None)
    own_officers = minimise.officers_in(staged)
    if posts is not None and len(posts):
        staged.update(_from_posts(posts, treatment))
    _add(staged, "links", _profile_links(staged))
    refused = list(chunk.refused)
    if "media" in staged:
        tables_of_media, bad = _from_media(staged.pop("media"), source, treatment)
        _add(staged, "fingerprints", tables_of_media.pop("fingerprints", None))
        staged.update(tables_of_media)
        refused += bad
    # Links found in text may name the forgotten too; then the text that does is not kept.
    before = staged.get("links")
    staged, more = minimise.suppress(staged, treatment.key, treatment.forgotten)
    if more and before is not None and "posts" in staged:
        staged["posts"] = _drop_texts(staged["posts"], before, staged["links"])
    clean = hide_names_in(staged, treatment.key, treatment.forgotten)
    naming = minimise.Naming(treatment.key, officers() | own_officers, everyone=treatment.profile == "research")
    named = minimise.rename_people(clean, naming)
    tables = {name: _payload(name, table) for name, table in named.items() if len(table)}
    return Finished(tables, [_without_content(item, treatment) for item in refused], dropped + more)


def _from_posts(posts: pa.Table, treatment: Treatment) -> dict[str, pa.Table]:
    text = posts["text"].combine_chunks()
    links, counts = extract.extract_and_count(posts)
    out = {"links": links}
    digests = pa.nulls(len(posts), pa.binary())
    if treatment.content != "none":
        digests = fingerprint.text_digests(text)
        seed = fingerprint.seed_of(treatment.key)
        out["fingerprints"] = fingerprint.text_fingerprints(text, digests, seed=seed)
    fresh = _set(posts, "text_sha256", digests)
    fresh = _set(fresh, "length", pc.cast(pc.utf8_length(text), pa.int32()))
    fresh = _set(fresh, "n_links", counts)
    fresh = _set(fresh, "language", pc.coalesce(posts["language"], pa.chunked_array([scripts_of(text)])))
    if treatment.content != "text":
        fresh = _set(fresh, "text", pa.nulls(len(posts), pa.string()))
    out["posts"] = fresh.drop_columns(["hrefs"])
    return out


def _drop_texts(posts: pa.Table, before: pa.Table, after: pa.Table) -> pa.Table:
    """Null the text of posts that lost a link between `before` and `after`."""
    keys = ["channel", "post", "position"]
    lost = before.select(keys).join(after.select(keys), keys, join_type="left anti")
    naming = pa.table({"channel": lost["channel"], "native": lost["post"], "naming": pa.repeat(True, len(lost))})
    order = posts.select(["channel", "native"]).append_column("order", pa.array(range(len(posts))))
    joined = order.join(
        naming.group_by(["channel", "native", "naming"]).aggregate([]), ["channel", "native"], join_type="left outer"
    )
    bad = pc.fill_null(joined.sort_by("order")["naming"], False)
    return _set(posts, "text", pc.if_else(bad, pa.scalar(None, pa.string()), posts["text"]))


def _profile_links(tables: Mapping[str, pa.Table]) -> pa.Table | None:
    """Links in channel descriptions and account bios, as links of the pseudo-post "profile"."""
    found = []
    for name, column in (("channels", "description"), ("accounts", "bio")):
        table = tables.get(name)
        if table is None or table[column].null_count == len(table):
            continue
        links = extract.extract_from_texts(table[column].combine_chunks(), platforms=table["platform"].combine_chunks())
        owner = table.take(links["row"])
        found.append(
            pa.table(
                {
                    "channel": owner["subject"],
                    "post": pa.repeat("profile", len(links)),
                    "platform": owner["platform"],
                    "author": pa.nulls(len(links), pa.string()),
                    "at": owner["seen_at"],
                    "own": pa.repeat(True, len(links)),
                    **{
                        key: links[key]
                        for key in ("kind", "target", "target_platform", "target_kind", "url", "position")
                    },
                },
                schema=TABLES["links"].payload,
            )
        )
    return pa.concat_tables(found) if found else None


def _from_media(media: pa.Table, source: Source, treatment: Treatment) -> tuple[dict[str, pa.Table], list[Refused]]:
    if treatment.profile == "research":
        return {}, []
    if source.media_root is None or treatment.content == "none":
        return {"media": media}, []
    rows, paths = image_files(source.media_root, media["name"])
    if not rows:
        return {"media": media}, []
    return _with_hashes(media, image_fingerprints(paths), rows)


def _with_hashes(media: pa.Table, images: pa.Table, rows: list[int]) -> tuple[dict[str, pa.Table], list[Refused]]:
    """Fill in the hashes of the media `rows`; `images` has one row each, with a problem where a file gave none."""
    digests: list[bytes | None] = [None] * len(media)
    md5s, bad = list(digests), []
    for row, image in zip(rows, images.select(["digest", "md5", "problem"]).to_pylist(), strict=True):
        digests[row], md5s[row] = image["digest"], image["md5"]
        if image["problem"]:
            bad.append(Refused(f"media {media['name'][row].as_py()}", image["problem"]))
    good = images.filter(pc.is_valid(images["pdq"]))
    spec = TABLES["fingerprints"].payload
    filled = {
        "digest": good["digest"],
        "kind": pa.repeat("image", len(good)),
        "pdq": good["pdq"],
        "quality": good["quality"],
    }
    prints = pa.table([filled.get(field.name, pa.nulls(len(good), field.type)) for field in spec], schema=spec)
    hashed = _set(_set(media, "sha256", pa.array(digests, pa.binary())), "md5", pa.array(md5s, pa.binary()))
    return {"media": hashed, "fingerprints": prints}, bad


def _without_content(refused: Refused, treatment: Treatment) -> Refused:
    said = (
        hide_names(text, treatment.key, treatment.forgotten)
        for text in (refused.position, refused.reason, _raw_kept(refused, treatment))
    )
    return Refused(*said)


def _raw_kept(refused: Refused, treatment: Treatment) -> str:
    """What is kept of a refused row: no more of its content than of one that was read.

    A home that keeps hashes keeps the row's shape, which shows where it broke: letters as x, digits as 0. What a reader says
    of a whole file (a proposed mapping) is not content.
    """
    raw = refused.raw[:_RAW_LENGTH]
    if refused.position in _WHOLE_FILE or treatment.content == "text":
        return raw
    if treatment.content == "none" or treatment.profile == "research":
        return ""
    return _DIGIT.sub("0", _LETTER.sub("x", raw))


def _add(tables: dict[str, pa.Table], name: str, more: pa.Table | None) -> None:
    if more is not None and len(more):
        tables[name] = pa.concat_tables([tables[name], more]) if name in tables else more


def _set(table: pa.Table, name: str, values: Any) -> pa.Table:  # noqa: ANN401 - Arrow array or chunked array
    index = table.column_names.index(name)
    return table.set_column(index, table.schema.field(index), values)


def _payload(name: str, table: pa.Table) -> pa.Table:
    return table.select(TABLES[name].payload.names).cast(TABLES[name].payload)
