"""`forget` and `retention`: taking rows out of the archive so that no byte of them stays.

`forget` plans first (which rows go, which only lose a name), writes the erasure record, then changes each table in one
Delta commit and deletes every file that is not part of the newest version. Profiles go last, so that a run that was killed
finds the subject's names again. Delta's log holds no values (see `archive`) and merges name surrogate row keys only.
What stays is a keyed hash, who asked, when, and counts. Not for: files outside the home (`playbook` names them).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import duckdb
import pyarrow as pa
from deltalake import DeltaTable

from actionday.records import UsageError, subject_hash
from actionday.stores.archive.archive import Archive, numbered
from actionday.stores.archive.growth import FILES, filled, grow
from actionday.stores.archive.schemas import TABLES
from actionday.stores.archive.spill import Spill

ERASED = "[erased]"
_ORDER = tuple(sorted(TABLES, key=lambda name: name in ("accounts", "channels")))
_NOTHING = "[^\\x{0}-\\x{10FFFF}]"
_SHORTEST = 5  # shorter native ids and names are erased where they stand as such, not inside longer text
# Columns that make a row the subject's own; in the others its name is taken out and the row stays.
_OWN = {
    "accounts": ("subject", "pseudonym"), "channels": ("subject",), "memberships": ("account", "channel"),
    "posts": ("channel", "author"), "links": ("channel", "author", "target"), "moves": ("subject", "target"),
    "sightings": ("subject",), "probe_plan": ("subject",), "media": ("channel",), "affiliations": ("subject",),
}  # fmt: skip
_TIMES = {
    "posts": "at", "links": "at", "media": "at", "sightings": "at", "moves": "at", "accounts": "seen_at", "channels": "seen_at",
    "memberships": "seen_at", "quarantine": None,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Subject:
    """Everything a subject is called here: typed ids and pseudonyms, references, and free names."""

    ids: frozenset[str]
    references: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    @property
    def exact(self) -> list[str]:
        """Values that stand for the subject as a whole cell."""
        return sorted(self.ids | self.references)

    @property
    def words(self) -> str:
        """RE2 pattern of ids, native ids and handles as whole words: a letter or digit beside them makes another name.

        Groups 1 and 3 hold what stands around. Matches nothing when there is nothing to look for.
        """
        natives = {identity.split(":", 2)[2] for identity in self.ids}
        handles = {reference.partition(":@")[2] for reference in self.references}
        found = _longest_first(self.ids | self.references | natives | handles)
        return f"(?i)(^|[^\\pL\\pN])({'|'.join(found)})($|[^\\pL\\pN])" if found else _NOTHING

    @property
    def free(self) -> str:
        """RE2 pattern of free names, which match anywhere if they are long enough to mean somebody."""
        return "(?i)" + ("|".join(_longest_first(self.names)) or _NOTHING)


def _longest_first(words: frozenset[str] | set[str]) -> list[str]:
    fit = {word.casefold() for word in words if len(word) >= _SHORTEST}
    return [_quote(word) for word in sorted(fit, key=lambda word: (-len(word), word))]


@dataclass(slots=True)
class Plan:
    """By table: rows that go and rows that are rewritten (complete rows)."""

    gone: dict[str, pa.Array] = field(default_factory=dict)
    rewritten: dict[str, pa.Table] = field(default_factory=dict)

    def counts(self) -> dict[str, dict[str, int]]:
        """Rows erased and rewritten by table."""
        names = sorted(self.gone.keys() | self.rewritten.keys())
        return {n: {"erased": len(self.gone.get(n, ())), "rewritten": len(self.rewritten.get(n, ()))} for n in names}


def resolve(archive: Archive, asked: str) -> Subject:
    """Find a subject by typed id or by handle (``platform:@handle``). Raises UsageError when a handle is ambiguous."""
    view = archive.view()
    profiles = [view.table(name) for name in ("accounts", "channels")]
    if ":@" in asked:
        platform, _, handle = asked.partition(":@")
        found: set[str] = set()
        for table in profiles:
            same = (table.platform == platform) & (table.handle.lower() == handle.casefold())
            found |= set(view.arrow(table.filter(same).select("subject").distinct())["subject"].to_pylist())
        if len(found) > 1:
            raise UsageError(f"{asked} was used by {len(found)} subjects: {', '.join(sorted(found))}; name one of them")
        ids = frozenset(found)
        references = {f"{platform}:@{handle.casefold()}"}
    else:
        ids, references = frozenset({asked}), set()
    names: set[str] = set()
    for table, label in zip(profiles, ("display_name", "title"), strict=True):
        if not ids:
            break
        rows = view.arrow(
            table.filter(table.subject.isin(sorted(ids))).select("platform", "handle", name=table[label]).distinct()
        )
        for row in rows.to_pylist():
            if row["handle"]:
                references.add(f"{row['platform']}:@{row['handle'].casefold()}")
                names.add(row["handle"])
            if row["name"]:
                names.add(row["name"])
    names |= {reference.partition(":@")[2] for reference in references}
    return Subject(ids, frozenset(references), frozenset(names))


def forget(
    archive: Archive, subject: Subject, key: bytes, by: str, now: datetime, reason: str = ""
) -> dict[str, dict[str, int]]:
    """Erase a subject. Returns rows erased and rewritten by table. Repeating it is harmless."""
    plan = _plan(archive, subject)
    counts = plan.counts()
    record = [
        {
            "subject_hash": subject_hash(key, word),
            "kind": "forget",
            "by": by,
            "at": now,
            "counts": json.dumps(counts),
            "reason": reason,
        }
        for word in subject.exact
    ]
    _record(archive, record)
    for name in _ORDER:
        _apply(archive, name, plan.gone.get(name), plan.rewritten.get(name))
    return counts


def retain(archive: Archive, days: Mapping[str, int], by: str, now: datetime) -> dict[str, dict[str, int]]:
    """Erase rows older than so many days, by table. Raises UsageError for a table that has no time."""
    plan = Plan()
    for name, keep in days.items():
        column = _TIMES.get(name)
        if column is None:
            raise UsageError(
                f"retention knows no time for table {name!r}; one of {', '.join(k for k, v in _TIMES.items() if v)}"
            )
        query = f'SELECT "row" FROM {FILES} WHERE "{column}" < $cutoff'
        plan.gone[name] = _rows(archive, name, query, cutoff=now - timedelta(days=keep))
    _orphans(archive, plan)
    counts = plan.counts()
    _record(
        archive,
        [
            {
                "subject_hash": "-",
                "kind": "retention",
                "by": by,
                "at": now,
                "counts": json.dumps(counts),
                "reason": json.dumps(dict(days)),
            }
        ],
    )
    for name in _ORDER:
        _apply(archive, name, plan.gone.get(name), None)
    return counts


def _plan(archive: Archive, subject: Subject) -> Plan:
    plan = Plan()
    for name, spec in TABLES.items():
        if name == "erasures" or not archive.exists(name):
            continue
        own = _OWN.get(name, ())
        if own:
            test = " OR ".join(f'"{column}" IN (SELECT unnest($exact))' for column in own)
            plan.gone[name] = _rows(archive, name, f'SELECT "row" FROM {FILES} WHERE {test}', exact=subject.exact)
        stored = _stored(archive, name)
        texts = [column.name for column in spec.columns if column.type == pa.string() and column.name in stored]
        hit = " OR ".join(
            f'"{column}" IN (SELECT unnest($exact)) OR regexp_matches("{column}", $words) OR regexp_matches("{column}", $free)'
            for column in texts
        )
        found = _query(
            archive,
            name,
            f"SELECT * FROM {FILES} WHERE {hit}",
            exact=subject.exact,
            words=subject.words,
            free=subject.free,
        )
        kept = _without_rows(found, plan.gone.get(name))
        if kept is not None and len(kept):
            plan.rewritten[name] = filled(name, _redacted(kept, texts, subject))
    _orphans(archive, plan)
    return plan


def _orphans(archive: Archive, plan: Plan) -> None:
    """What hangs on erased posts goes too: their links and media, and fingerprints that no other post shares."""
    gone = plan.gone.get("posts")
    if gone is None or not len(gone):
        return
    files = archive.files("posts")
    for name in ("links", "media"):
        query = (
            f'SELECT t."row" FROM {FILES} t SEMI JOIN (SELECT p.channel, p."native" FROM read_parquet($posts) p '
            'SEMI JOIN gone ON p."row" = gone."row") g ON t.channel = g.channel AND t.post = g."native"'
        )
        more = _rows(archive, name, query, gone=gone, posts=files)
        have = plan.gone.get(name, pa.array([], pa.int64()))
        plan.gone[name] = pa.concat_arrays([have, more]).unique()
        if name in plan.rewritten:
            rest = _without_rows(plan.rewritten[name], plan.gone[name])
            plan.rewritten[name] = rest if rest is not None else TABLES[name].schema.empty_table()
    query = (
        f'SELECT f."row" FROM {FILES} f '
        'SEMI JOIN (SELECT text_sha256 AS d FROM read_parquet($posts) p SEMI JOIN gone ON p."row" = gone."row") g ON f.digest = g.d '
        'ANTI JOIN (SELECT text_sha256 AS d FROM read_parquet($posts) p ANTI JOIN gone ON p."row" = gone."row") k ON f.digest = k.d'
    )
    plan.gone["fingerprints"] = _rows(archive, "fingerprints", query, gone=gone, posts=files)


def _redacted(rows: pa.Table, texts: list[str], subject: Subject) -> pa.Table:
    """The rows with the subject's names taken out of every text cell; cells that are its id become null or `[erased]`."""
    connection = duckdb.connect()
    connection.register("rows", rows)
    once = "regexp_replace({}, $words, '\\1" + ERASED + "\\3', 'g')"
    cells = []
    for column in rows.schema:
        quoted = f'"{column.name}"'
        if column.name not in texts:
            cells.append(quoted)
            continue
        whole = "NULL" if column.nullable else f"'{ERASED}'"
        # Twice: two names with one sign between them share that sign.
        inner = f"regexp_replace({once.format(once.format(quoted))}, $free, '{ERASED}', 'g')"
        cells.append(f"CASE WHEN {quoted} IN (SELECT unnest($exact)) THEN {whole} ELSE {inner} END AS {quoted}")
    parameters: dict[str, Any] = {"exact": subject.exact, "words": subject.words, "free": subject.free}
    fresh = connection.execute(f"SELECT {', '.join(cells)} FROM rows", parameters).to_arrow_table()
    connection.close()
    return fresh.cast(rows.schema)


def _quote(text: str) -> str:
    return "".join(character if character.isalnum() else f"\\x{{{ord(character):x}}}" for character in text)


def _apply(archive: Archive, name: str, gone: pa.Array | None, rewritten: pa.Table | None) -> None:
    """One atomic commit for a table, then no file that is not part of it."""
    if not archive.exists(name):
        return
    delta = DeltaTable(str(archive.home.archive / name))
    grow(delta, name)
    spec = TABLES[name]
    pieces = []
    if gone is not None and len(gone):
        blank = {column.name: pa.nulls(len(gone), column.type) for column in spec.schema}
        # nulls stand for values that the merge never reads: the row is deleted
        loose = pa.schema([pa.field(column.name, column.type) for column in spec.schema])
        pieces.append(pa.table({**blank, "row": gone}, schema=loose).append_column("erase", pa.repeat(True, len(gone))))
    if rewritten is not None and len(rewritten):
        loose = pa.schema([pa.field(column.name, column.type) for column in spec.schema])
        pieces.append(rewritten.cast(loose).append_column("erase", pa.repeat(False, len(rewritten))))
    if pieces:
        merge = delta.merge(pa.concat_tables(pieces), predicate='t."row" = s."row"', source_alias="s", target_alias="t")
        merge = merge.when_matched_delete(predicate="s.erase")
        merge.when_matched_update(
            updates={f'"{column.name}"': f's."{column.name}"' for column in spec.columns}, predicate="NOT s.erase"
        ).execute()
    # Also after a commit that a killed run made: whatever the newest version does not name is deleted.
    DeltaTable(str(archive.home.archive / name)).vacuum(
        retention_hours=0, enforce_retention_duration=False, dry_run=False, full=True
    )


def _record(archive: Archive, records: list[dict[str, Any]]) -> None:
    view = archive.view()
    chunk = int(view.table("erasures").count().to_pyarrow().as_py())
    rows = pa.Table.from_pylist(records, schema=TABLES["erasures"].payload)
    archive.append("erasures", numbered("erasures", rows, 0, chunk))


def _rows(archive: Archive, name: str, query: str, **parameters: object) -> pa.Array:
    found = _query(archive, name, query, **parameters)
    return pa.array([], pa.int64()) if found is None else found["row"].combine_chunks()


def _query(archive: Archive, name: str, query: str, **parameters: object) -> pa.Table | None:
    files = archive.files(name)
    if not files:
        return None
    # spilled to the home, so that nothing of the subject is ever written elsewhere
    spill = Spill(archive.home.spill)
    connection = duckdb.connect(config={"memory_limit": "2GB", "temp_directory": spill.option})
    connection.execute("SET TimeZone = 'UTC'")
    bound: dict[str, object] = {"files": files}
    for key, value in parameters.items():
        if isinstance(value, pa.Array):
            connection.register(key, pa.table({"row": value}))
        else:
            bound[key] = value
    bound = {key: value for key, value in bound.items() if f"${key}" in query}
    try:
        return connection.execute(query, bound).to_arrow_table()
    finally:
        connection.close()


def _stored(archive: Archive, name: str) -> set[str]:
    """The columns that the table's files have."""
    empty = _query(archive, name, f"SELECT * FROM {FILES} LIMIT 0")
    return set() if empty is None else set(empty.column_names)


def _without_rows(table: pa.Table | None, gone: pa.Array | None) -> pa.Table | None:
    if table is None or gone is None or not len(gone):
        return table
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.register("kept", table)
    connection.register("gone", pa.table({"row": gone}))
    rest = connection.execute('SELECT kept.* FROM kept ANTI JOIN gone ON kept."row" = gone."row"').to_arrow_table()
    connection.close()
    return rest.cast(table.schema)
