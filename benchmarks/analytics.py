"""Migration matrix and lifetimes' input over many posts: the product's own queries against peers doing the same work.

    python -m benchmarks.analytics --rows 100000000 --folder scratch/analytics

(a) *migration*: links and talk by week, signal, platform, destination platform and organisation (`measure.flows.matrix`);
(b) *lifetimes*: for every channel and every author, by language, when the first file that holds it was taken, its last post
and how many it wrote (`measure.evidence.taken` and `readings`).
Peers: the same in plain DuckDB SQL with the same settings, Polars' streaming engine, and pandas a chunk at a time.
Each run is a fresh process; runs are interleaved, the median of five counts, and results must agree in rows and totals. Tools
named by `--once` (those whose run takes many minutes) run in the first turn only. CPU seconds are given besides, since they
move less than the clock on a machine that others use.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from actionday.measure.evidence import readings, staged, taken
from actionday.measure.flows import matrix
from actionday.stores.archive.schemas import LINKS, POSTS, TIME
from actionday.stores.archive.spill import Spill
from actionday.stores.archive.view import View
from benchmarks.results import write_result

PIECE = 2_000_000
CHANNELS, AUTHORS = 200_000, 3_000_000
PLATFORMS = pa.array(["telegram", "xmpp", "matrix", "mewe", "rocketchat", "twitter"])
LANGUAGES = pa.array(["ar", "en", "fr", "ru"])
START, DAYS, DAY_US = 1_514_764_800_000_000, 700, 86_400_000_000
TOOLS = ("actionday", "duckdb", "polars", "pandas")
JOBS = ("migration", "lifetimes")
Strings: TypeAlias = pa.Array


def main() -> None:
    """Write the tables if they are missing, run every tool in turn, print one JSON line a job."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--folder", type=Path, default=Path("scratch/analytics"))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--tools", default=",".join(TOOLS))
    parser.add_argument("--once", default="", help="tools that run a single time, separated by commas")
    parser.add_argument("--jobs", default=",".join(JOBS))
    parser.add_argument("--json", type=Path)
    parser.add_argument("--one", nargs=2, metavar=("TOOL", "JOB"), help="run once in this process")
    given = parser.parse_args()
    folder = given.folder / str(given.rows)
    if given.one:
        tool, job = given.one
        print(json.dumps(run_once(tool, job, folder)))
        return
    if not (folder / "done").exists():
        generate(folder, given.rows)
    found = [compare(job, folder, given) for job in given.jobs.split(",")]
    write_result(given.json, "python -m benchmarks.analytics", {"posts": given.rows, "jobs": found})


def compare(job: str, folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    """Interleaved runs of every tool on one job."""
    tools = given.tools.split(",")
    results: dict[str, list[dict[str, Any]]] = {tool: [] for tool in tools}
    for turn in range(given.runs):
        for tool in (name for name in tools if turn == 0 or name not in given.once.split(",")):
            command = [
                sys.executable,
                "-m",
                "benchmarks.analytics",
                "--rows",
                str(given.rows),
                "--folder",
                str(given.folder),
            ]
            done = subprocess.run([*command, "--one", tool, job], check=True, capture_output=True, text=True)
            results[tool].append(json.loads(done.stdout.splitlines()[-1]))
            print(job, tool, turn + 1, results[tool][-1], flush=True)
    answers = {tool: (runs[0]["rows"], runs[0]["total"]) for tool, runs in results.items()}
    if len(set(answers.values())) != 1:
        raise SystemExit(f"{job}: tools disagree: {answers}")
    medians = {tool: statistics.median(run["seconds"] for run in runs) for tool, runs in results.items()}
    cpu = {tool: statistics.median(run["cpu"] for run in runs) for tool, runs in results.items()}
    plain = medians.get("duckdb")
    line = {
        "job": job,
        "posts": given.rows,
        "rows_out": next(iter(answers.values()))[0],
        "runs": {tool: len(runs) for tool, runs in results.items()},
        "median_s": {tool: round(seconds, 3) for tool, seconds in medians.items()},
        "spread_s": {t: [round(r["seconds"], 2) for r in runs] for t, runs in results.items()},
        "vs_duckdb": {tool: round(seconds / plain, 2) for tool, seconds in medians.items()} if plain else {},
        "median_cpu_s": {tool: round(seconds, 2) for tool, seconds in cpu.items()},
        "cpu_vs_duckdb": {tool: round(seconds / cpu["duckdb"], 2) for tool, seconds in cpu.items()} if plain else {},
        "peak_mb": {tool: max(run["peak_mb"] for run in runs) for tool, runs in results.items()},
    }
    print(json.dumps(line), flush=True)
    return line


def run_once(tool: str, job: str, folder: Path) -> dict[str, Any]:
    """Seconds, rows and total of one run, and the process's peak memory; imports and opening are not timed."""
    job_of: dict[str, Callable[[str, Path], Callable[[], tuple[int, int]]]] = {
        "actionday": with_actionday,
        "duckdb": with_duckdb,
        "polars": with_polars,
        "pandas": with_pandas,
    }
    work = job_of[tool](job, folder)
    begun, used = time.perf_counter(), time.process_time()
    rows, total = work()
    seconds, cpu = time.perf_counter() - begun, time.process_time() - used
    return {"seconds": seconds, "cpu": cpu, "rows": rows, "total": total, "peak_mb": peak_mb()}


def peak_mb() -> int:
    """The largest resident size of this process, from Linux; getrusage would count what the parent had before the exec."""
    status = Path("/proc/self/status").read_text("ascii")
    return next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM"))


# -- the tools -------------------------------------------------------------------------------------------------------


def with_actionday(job: str, folder: Path) -> Callable[[], tuple[int, int]]:
    """The product's queries through a View over the Parquet files."""
    import ibis

    files = {name: sorted(str(path) for path in (folder / name).glob("*.parquet")) for name in ("posts", "links")}
    view = View.of_files(files, spill=Spill(folder / "spill"))
    judged = ibis.memtable(pq.read_table(folder / "judged.parquet"))

    def migration() -> tuple[int, int]:
        table = view.arrow(matrix(view.table("links"), judged))
        return len(table), int(table["count"].to_numpy().sum())

    def lifetimes() -> tuple[int, int]:
        posts = view.table("posts")
        files = staged(view, taken(posts))
        tables = [view.arrow(readings(posts, key, files)) for key in ("channel", "author")]
        return sum(map(len, tables)), sum(_total(table) for table in tables)

    return migration if job == "migration" else lifetimes


_MATRIX_SQL = """
with abroad as (
  select channel, platform, target_platform, kind, "at" from links
  where "at" is not null and target_platform is not null and target_platform <> platform)
select {week} as week, case when kind = 'talk' then 'talk' else 'links' end as signal, platform, target_platform,
  coalesce(organisation, 'none recorded') as organisation, count(*) as count
from abroad left join judged using (channel) group by all"""
_WEEK = """cast(floor(epoch_us("at") / 86400000000) as bigint)"""
_TAKEN_SQL = """create temp table files as select ingest, max("at") as taken from posts group by ingest"""
_READINGS_SQL = """
select {key} as subject, language, min(taken) as first, max("at") as last, count(*) as n
from posts join files using (ingest) where {key} is not null group by all"""


def with_duckdb(job: str, folder: Path) -> Callable[[], tuple[int, int]]:
    """Plain SQL with the same settings as the View; weeks the quick way, as an expert would write them."""
    import duckdb

    con = duckdb.connect()
    con.execute("set TimeZone = 'UTC'; set memory_limit = '2GB'; set preserve_insertion_order = false")
    con.execute(f"set temp_directory = '{folder / 'spill'}'")
    for name in ("posts", "links"):
        con.execute(f"create view {name} as select * from read_parquet('{folder / name}/*.parquet')")
    con.execute(f"create view judged as select * from read_parquet('{folder / 'judged.parquet'}')")

    def migration() -> tuple[int, int]:
        table = con.execute(_MATRIX_SQL.format(week=f"({_WEEK} + 3) // 7 * 7 - 3")).to_arrow_table()
        return len(table), int(table["count"].to_numpy().sum())

    def lifetimes() -> tuple[int, int]:
        con.execute(_TAKEN_SQL)
        tables = [con.execute(_READINGS_SQL.format(key=key)).to_arrow_table() for key in ("channel", "author")]
        return sum(map(len, tables)), sum(_total(table) for table in tables)

    return migration if job == "migration" else lifetimes


def with_polars(job: str, folder: Path) -> Callable[[], tuple[int, int]]:
    """Polars' streaming engine."""
    import polars as pl

    def migration() -> tuple[int, int]:
        judged = pl.scan_parquet(folder / "judged.parquet")
        abroad = pl.scan_parquet(folder / "links" / "*.parquet").filter(
            pl.col("at").is_not_null() & (pl.col("target_platform") != pl.col("platform"))
        )
        table = (
            abroad.join(judged, on="channel", how="left")
            .group_by(
                pl.col("at").dt.truncate("1w").alias("week"),
                pl.when(pl.col("kind") == "talk").then(pl.lit("talk")).otherwise(pl.lit("links")).alias("signal"),
                "platform",
                "target_platform",
                pl.col("organisation").fill_null("none recorded"),
            )
            .agg(count=pl.len())
            .collect(engine="streaming")
        )
        return table.height, int(table["count"].sum())

    def lifetimes() -> tuple[int, int]:
        rows = total = 0
        posts = pl.scan_parquet(folder / "posts" / "*.parquet")
        files = posts.group_by("ingest").agg(taken=pl.col("at").max()).collect(engine="streaming").lazy()
        for key in ("channel", "author"):
            table = (
                posts.filter(pl.col(key).is_not_null())
                .join(files, on="ingest")
                .group_by(key, "language")
                .agg(first=pl.col("taken").min(), last=pl.col("at").max(), n=pl.len())
                .collect(engine="streaming")
            )
            rows, total = rows + table.height, total + _total(table.to_arrow())
        return rows, total

    return migration if job == "migration" else lifetimes


def with_pandas(job: str, folder: Path) -> Callable[[], tuple[int, int]]:
    """Pandas, one Parquet file at a time, partial results combined as they come."""
    import pandas as pd  # type: ignore[import-untyped]

    judged = pq.read_table(folder / "judged.parquet").to_pandas().set_index("channel")["organisation"]

    def label(frame: Any) -> None:  # noqa: ANN401 - pandas ships no types here
        day = frame["at"].astype("int64") // DAY_US
        frame["week"] = (day + 3) // 7 * 7 - 3
        frame["signal"] = np.where(frame["kind"] == "talk", "talk", "links")
        frame["organisation"] = frame["channel"].map(judged).fillna("none recorded")

    def migration() -> tuple[int, int]:
        keys = ["week", "signal", "platform", "target_platform", "organisation"]
        parts = []
        for path in sorted((folder / "links").glob("*.parquet")):
            frame = pq.read_table(path, columns=["channel", "platform", "target_platform", "kind", "at"]).to_pandas()
            frame = frame[frame["at"].notna() & frame["target_platform"].notna()]
            frame = frame[frame["target_platform"] != frame["platform"]].copy()
            label(frame)
            parts.append(frame.groupby(keys).size())
        table = pd.concat(parts).groupby(level=list(range(5))).sum()
        return len(table), int(table.sum())

    def lifetimes() -> tuple[int, int]:
        rows = total = 0
        paths = sorted((folder / "posts").glob("*.parquet"))
        taken_at = pd.concat(
            pq.read_table(path, columns=["ingest", "at"]).to_pandas().groupby("ingest")["at"].max() for path in paths
        )
        taken_at = taken_at.groupby(level=0).max()
        for key in ("channel", "author"):
            whole = None
            for path in paths:
                frame = pq.read_table(path, columns=[key, "language", "ingest", "at"]).to_pandas()
                frame["taken"] = frame["ingest"].map(taken_at)
                groups = frame.groupby([key, "language"])
                part = groups.agg(first=("taken", "min"), last=("at", "max"), n=("at", "size")).reset_index()
                both = part if whole is None else pd.concat([whole, part])
                whole = both.groupby([key, "language"], as_index=False).agg({"first": "min", "last": "max", "n": "sum"})
            table = pa.Table.from_pandas(whole)
            rows, total = rows + len(table), total + _total(table)
        return rows, total

    return migration if job == "migration" else lifetimes


def _total(table: pa.Table) -> int:
    """A checksum that depends on every first, last and n."""
    span = table["last"].cast(TIME).cast(pa.int64()).to_numpy() - table["first"].cast(TIME).cast(pa.int64()).to_numpy()
    return int((span // 1000 + table["n"].to_numpy().astype(np.int64)).sum())


# -- the tables ------------------------------------------------------------------------------------------------------


def generate(folder: Path, rows: int, seed: int = 7) -> None:
    """`posts` and `links` (one post in four carries one) as the archive stores them, a file a piece; numbers for names.

    Channels and authors live for an exponential time from a random birth and are unequally busy, as in real archives.
    """
    rng = np.random.default_rng(seed)
    for name in ("posts", "links"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    births = rng.integers(0, (DAYS - 60) * DAY_US, CHANNELS)
    kinds, homes = rng.integers(0, 4, CHANNELS), rng.integers(0, len(PLATFORMS), CHANNELS)
    for piece, begin in enumerate(range(0, rows, PIECE)):
        n = min(PIECE, rows - begin)
        channel = (rng.pareto(0.8, n) * 2000).astype(np.int64) % CHANNELS
        author = (channel * 15 + rng.integers(0, 15, n)) % AUTHORS
        at = START + (births[channel] + rng.exponential(40 * DAY_US, n)).astype(np.int64)
        columns = {
            "channel": _ids(homes, channel, "channel"),
            "platform": PLATFORMS.take(pa.array(homes[channel])),
            "author": _ids(homes, author, "account"),
            "at": pa.array(at, pa.int64()).cast(TIME),
        }
        place = pa.array(np.arange(begin, begin + n))
        _write(
            folder / "posts", piece, _posts(columns, place, LANGUAGES.take(pa.array(kinds[channel])), rng), POSTS.schema
        )
        linked = np.flatnonzero(rng.random(n) < 0.25)
        picked = {name: values.take(pa.array(linked)) for name, values in columns.items()}
        _write(folder / "links", piece, _links(picked, place.take(pa.array(linked)), rng), LINKS.schema)
    few = np.arange(0, CHANNELS, 20)
    organisation = pa.array([f"organisation {number % 3}" for number in few])
    pq.write_table(
        pa.table({"channel": _ids(homes, few, "channel"), "organisation": organisation}), folder / "judged.parquet"
    )
    (folder / "done").touch()


def _ids(homes: npt.NDArray[np.int64], numbers: npt.NDArray[np.int64], kind: str) -> Strings:
    import pyarrow.compute as pc

    platform = PLATFORMS.take(pa.array(homes[numbers % CHANNELS if kind == "channel" else numbers // 15 % CHANNELS]))
    native = pa.array(numbers + 1_000_000_000).cast(pa.string())
    return pc.binary_join_element_wise(platform, pa.scalar(kind), native, ":")


def _posts(
    columns: dict[str, Strings], place: pa.Array, language: Strings, rng: np.random.Generator
) -> dict[str, Strings]:
    n = len(place)
    kind = pa.array(["original", "forward"]).take(pa.array((rng.random(n) < 0.3).astype(np.int64)))
    digest = pa.FixedSizeBinaryArray.from_buffers(pa.binary(32), n, [None, pa.py_buffer(rng.bytes(32 * n))])
    return {
        **columns,
        "row": place,
        "native": place.cast(pa.string()),
        "kind": kind,
        "language": language,
        "views": pa.array(rng.integers(0, 5000, n)),
        "length": pa.array(rng.integers(0, 500, n), pa.int32()),
        "text_sha256": digest.cast(pa.binary()),
        "n_links": pa.array(rng.integers(0, 2, n), pa.int16()),
    }


def _links(columns: dict[str, Strings], place: pa.Array, rng: np.random.Generator) -> dict[str, Strings]:
    n = len(place)
    target = PLATFORMS.take(pa.array(rng.integers(0, len(PLATFORMS), n)))
    kind = pa.array(["url", "invite", "handle", "talk"]).take(pa.array(rng.integers(0, 4, n)))
    return {
        **columns,
        "row": place,
        "post": place.cast(pa.string()),
        "own": pa.array(rng.random(n) < 0.7),
        "kind": kind,
        "target_platform": target,
        "position": pa.array(np.zeros(n, np.int16)),
    }


def _write(folder: Path, piece: int, columns: dict[str, Strings], schema: pa.Schema) -> None:
    n = len(columns["row"])
    arrays = [
        columns[field.name].cast(field.type)
        if field.name in columns
        else pa.array(np.full(n, piece + 1, np.int32))
        if field.name == "ingest"
        else pa.nulls(n, field.type)
        for field in schema
    ]
    table = pa.table(arrays, schema=schema)
    pq.write_table(table, folder / f"{piece:05d}.parquet", compression="zstd", row_group_size=500_000)


if __name__ == "__main__":
    main()
