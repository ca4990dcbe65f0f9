"""Whose return is this new account? Seconds a question against an index of many accounts, after loading.

    python -m benchmarks.linking_whose [--accounts 10000000] [--questions 2000] [--level middle] [--seed 3] [--json OUT]

Newcomers are accounts of the same world under a new id, as if each had come back with all it has: they share at least as
many keys as a true return. Wall-clock percentiles of single questions, one thread; and CPU seconds a question.
"""

import argparse
import resource
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from actionday.link.evidence import TOKEN_FAMILIES
from actionday.link.frame import Frame, frame
from actionday.link.linking import link
from actionday.link.tables import SIGNALS, SUBJECTS, TOKENS, Profiles
from actionday.link.whose import Index, Newcomer, whose
from actionday.measure.worlds_of_returns import return_world
from benchmarks.results import write_result

TRAINED_ON = 50_000


def newcomer(standing: Frame, row: int) -> Newcomer:
    """An account's profile under a new id, begun where it ended."""
    n, profiles = len(standing), standing.profiles
    subject = profiles.subjects.slice(row, 1).set_column(0, "subject", pa.array(["telegram:account:new"]))
    at = subject.schema.get_field_index("begun_at")
    subject = subject.set_column(at, "begun_at", pc.coalesce(subject["ended_at"], subject["begun_at"]))
    at = subject.schema.get_field_index("ended_at")
    subject = subject.set_column(at, "ended_at", pa.nulls(1, subject["ended_at"].type))
    names = profiles.names.slice(row, 1)  # the world has one handle an account, in order
    own = [
        standing.token[standing.token_at[f * n + row] : standing.token_at[f * n + row + 1]]
        for f in range(len(TOKEN_FAMILIES))
    ]
    family = np.repeat(np.arange(len(own), dtype=np.int8), [len(part) for part in own])
    columns = [pa.array(np.zeros(len(family), np.int32)), pa.array(family), pa.array(np.concatenate(own))]
    tokens = pa.table(columns, schema=TOKENS)
    renamed = names.set_column(0, "subject", pa.array([0], pa.int32()))
    subject = subject.cast(SUBJECTS)
    return Newcomer(Profiles(subject, renamed, tokens, SIGNALS.empty_table()))


def main() -> None:
    """Command line."""
    asks = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asks.add_argument("--accounts", type=int, default=10_000_000)
    asks.add_argument("--questions", type=int, default=2_000)
    asks.add_argument("--level", default="middle")
    asks.add_argument("--seed", type=int, default=3)
    asks.add_argument("--json", type=Path)
    asked = asks.parse_args()
    model = link(Profiles.of(return_world(min(asked.accounts, TRAINED_ON), asked.level, asked.seed + 1).tables())).model
    begin = time.perf_counter()
    standing = frame(Profiles.of(return_world(asked.accounts, asked.level, asked.seed).tables()))
    index = Index.of(standing, model)
    loaded = time.perf_counter() - begin
    rows = np.random.default_rng(asked.seed).choice(np.flatnonzero(standing.start), asked.questions)
    newcomers = [newcomer(standing, int(row)) for row in rows]
    for one in newcomers[:20]:
        whose(index, one)
    seconds, compared, found, used = [], [], 0, time.process_time()
    for row, one in zip(rows, newcomers, strict=True):
        start = time.perf_counter()
        answer = whose(index, one)
        seconds.append(time.perf_counter() - start)
        compared.append(len(answer.probability))
        ids = answer.proposals()["subject"].to_pylist()
        found += standing.profiles.subjects["subject"][int(row)].as_py() in ids[:1]
    milliseconds = np.array(seconds) * 1e3
    write_result(
        asked.json,
        "python -m benchmarks.linking_whose",
        {
            "accounts": asked.accounts,
            "questions": asked.questions,
            "loading_seconds": loaded,
            "milliseconds": {f"p{q}": float(np.percentile(milliseconds, q)) for q in (50, 90, 99, 100)},
            "cpu_milliseconds_a_question": 1e3 * (time.process_time() - used) / asked.questions,
            "compared": {"mean": float(np.mean(compared)), "most": int(max(compared))},
            "told_first": found / asked.questions,
            "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        },
    )


if __name__ == "__main__":
    main()
