"""`observe probe`: look at who is due, concurrently and within each host's limits, and write what was seen in batches.

Looks at one host queue behind each other, hosts do not wait for one another. A host that asks to be left alone keeps its
subjects due. Rows are written through the archive's buffer every so many looks; what was not written before a kill is looked
at again, under the same slot. Subjects whose host is not to be spoken to (`contact`) are looked at quietly, whatever the platform. Not for: who is due (`due`), what evidence means (probers).
"""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

import pyarrow as pa

from actionday.observe.book import Book, Buffer
from actionday.observe.contact import UNLESS_DECIDED, may_contact
from actionday.observe.outside import Outside, Target
from actionday.observe.prober import Prober
from actionday.observe.quiet import QuietLooks
from actionday.records import Evidence, Exchange, Progress, State, SubjectId, UsageError, Verdict
from actionday.stores.archive.schemas import TABLES
from actionday.wire import HostResting

AT_ONCE = 64
"""Looks under way at the same time, all hosts together."""

_PATIENCE = timedelta(seconds=15)
"""Looks wait no longer than this to be written: at slow hosts a batch would take minutes, and a kill would cost them."""


@dataclass(slots=True)
class ProbeReport:
    """What a round of looks did: states seen, hosts that rest (and until when), what could not be looked at and why."""

    looked: int = 0
    states: Counter[str] = field(default_factory=Counter)
    resting: dict[str, datetime] = field(default_factory=dict)
    left: Counter[str] = field(default_factory=Counter)
    failed: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "looked": self.looked,
            "states": dict(sorted(self.states.items())),
            "resting": {host: until.isoformat() for host, until in sorted(self.resting.items())},
            "left": dict(sorted(self.left.items())),
            "failed": self.failed,
        }


@dataclass(frozen=True, slots=True)
class Look:
    """One look that was made: at whom, for which slot, what came back and what it says."""

    target: Target
    slot: datetime
    at: datetime
    evidence: Evidence
    verdict: Verdict


class Looker(Protocol):
    """What a look needs: a platform's prober, or the quiet one."""

    name: str

    def host(self, target: Target) -> str:
        """Whose patience it costs."""
        ...

    async def look(self, target: Target, outside: Outside) -> Evidence:
        """Ask."""
        ...

    def judge(self, target: Target, evidence: Evidence) -> Verdict:
        """Read."""
        ...


@dataclass(frozen=True, slots=True)
class Manner:
    """How a round looks: `adversaries` are hosts not spoken to without a decision; `stored` gives the name a subject is kept under."""

    adversaries: tuple[str, ...] = ()
    stored: Callable[[str], str] = str


class Probing:
    """One round of looks. `probers` by platform; platforms without one, or not allowed, are left with a reason."""

    def __init__(
        self, probers: Mapping[str, Prober], outside: Outside, progress: Progress, manner: Manner = Manner()
    ) -> None:
        self._probers, self._outside, self._progress, self._manner = probers, outside, progress, manner
        self._quiet = QuietLooks()
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._refused: list[dict[str, str]] = []
        self._batch: list[Look] = []
        self.report = ProbeReport()

    async def run(self, due: pa.Table, book: Book, buffer: Buffer, run: str, every: int = 500) -> ProbeReport:
        """Look at everyone in `due` (schema `due.DUE`); `run` names this round in `ingests`; a batch is `every` looks."""
        number, _ = book.number(run, "probe", "")
        now = self._outside.clock.now()
        facts = {
            "path": "probe",
            "sha256": run,
            "size": None,
            "format": "probe",
            "version": 1,
            "options": "",
            "at": now,
        }
        buffer.begin(number, facts)
        queues = self._by_host(due)
        self._progress.phase("looking", len(due), "looks")
        sink = _Sink(buffer, number, every, self._manner)
        async with asyncio.TaskGroup() as group:
            for host, waiting in queues.items():
                group.create_task(self._at_host(host, waiting, sink))
        sink.write(self._batch, self._refused, everything=True)
        counts = dict(sorted(self.report.states.items()))
        buffer.done(number, {**facts, "counts": json.dumps(counts)})
        return self.report

    def _by_host(self, due: pa.Table) -> dict[str, list[tuple[Looker, Target, datetime]]]:
        queues: defaultdict[str, list[tuple[Looker, Target, datetime]]] = defaultdict(list)
        for row in due.to_pylist():
            prober = self._probers.get(row["platform"])
            if prober is None:
                self.report.left[f"{row['platform']}: no prober, or not in the setting `reach`"] += 1
                continue
            target = target_of(row)
            looker = prober if self._may_be_called(target) else self._quiet
            queues[f"{looker.name} {looker.host(target)}"].append((looker, target, row["slot"]))
        return queues

    def _may_be_called(self, target: Target) -> bool:
        """Whether the platform's own prober looks: the host may be spoken to, or its prober keeps quiet by itself."""
        return target.platform in UNLESS_DECIDED or may_contact(target, self._manner.adversaries)

    async def _at_host(self, host: str, waiting: Sequence[tuple[Looker, Target, datetime]], sink: "_Sink") -> None:
        """Everyone at one host, as many side by side as its limits allow; those left when it wants rest stay due."""
        pending = iter(waiting)
        lanes = min(len(waiting), 4)
        async with asyncio.TaskGroup() as group:
            for _ in range(lanes):
                group.create_task(self._lane(host, pending, sink))

    async def _lane(self, host: str, pending: Iterable[tuple[Looker, Target, datetime]], sink: "_Sink") -> None:
        for prober, target, slot in pending:
            async with self._gate:
                try:
                    await self._look(prober, target, slot)
                except HostResting as rest:
                    self.report.resting[rest.host] = rest.until
                    self.report.left["the host is left alone for now"] += 1
                except UsageError as error:
                    self.report.left[str(error)] += 1
                except Exception as error:  # a prober's fault must not cost the others their look
                    self.report.failed += 1
                    self._refused.append(
                        {
                            "position": self._manner.stored(target.subject),
                            "reason": f"prober {prober.name} failed: {error!r}",
                            "raw": "",
                        }
                    )
            self._progress.advance(1)
            sink.write(self._batch, self._refused)

    async def _look(self, prober: Looker, target: Target, slot: datetime) -> None:
        at = self._outside.clock.now()
        evidence = await prober.look(target, self._outside)
        verdict = prober.judge(target, evidence)
        self._batch.append(Look(target, slot, at, evidence, verdict))
        self.report.looked += 1
        self.report.states[verdict.state] += 1


class _Sink:
    """Hands batches to the buffer, each a chunk of its own: when there are enough, or when the oldest has waited long enough."""

    def __init__(self, buffer: Buffer, number: int, every: int, manner: Manner) -> None:
        self._buffer, self._number, self._every, self._chunk = buffer, number, every, 0
        self._manner = manner

    def write(self, looks: list[Look], refused: list[dict[str, str]], *, everything: bool = False) -> None:
        """Write what is there when it is enough, or in any case."""
        if not looks and not refused:
            return
        waited = bool(looks) and looks[-1].at - looks[0].at > _PATIENCE
        if len(looks) < self._every and not waited and not everything:
            return
        self._buffer.add(self._number, self._chunk, rows_of(looks, self._manner.stored), "probe", list(refused))
        self._buffer.flush()
        self._chunk += 1
        looks.clear()
        refused.clear()


def target_of(row: Mapping[str, Any]) -> Target:
    """The target of a row of `due`."""
    parsed = SubjectId.parse(row["subject"])
    options = json.loads(row["options"]) if row["options"] else {}
    if row["contact"] is not None:
        options["contact"] = row["contact"]
    if row["identity"] is not None:
        options["identity"] = row["identity"]
    return Target(row["subject"], parsed.platform, parsed.kind, parsed.native, row["handle"], options)


def rows_of(looks: Sequence[Look], stored: Callable[[str], str] = str) -> dict[str, pa.Table]:
    """Sightings of looks, and moves where one says where its subject went.

    A subject that is stored under a pseudonym leaves no evidence that names it: what was asked and answered stays as codes and times.
    """

    def known(look: Look) -> bool:
        return stored(look.target.subject) == look.target.subject

    sightings = [
        {
            "subject": stored(look.target.subject),
            "platform": look.target.platform,
            "at": look.at,
            "state": str(look.verdict.state),
            "basis": "probe",
            "rule": look.verdict.rule,
            "evidence": (look.evidence if known(look) else _nameless(look.evidence)).to_json(),
            "vantage": look.evidence.vantage,
            "slot": look.slot,
            "confidence": look.verdict.confidence,
            "identity": look.verdict.identity if known(look) else None,
        }
        for look in looks
    ]
    moves = [
        {
            "subject": stored(look.target.subject),
            "target": stored(look.verdict.target),
            "platform": look.target.platform,
            "target_platform": look.verdict.target.partition(":")[0],
            "kind": look.verdict.signal,
            "confidence": look.verdict.confidence,
            "at": look.at,
            "evidence": look.verdict.rule,
        }
        for look in looks
        if look.verdict.state is State.MOVED and look.verdict.target
    ]
    made = {"sightings": sightings, "moves": moves}
    return {name: pa.Table.from_pylist(rows, schema=TABLES[name].payload) for name, rows in made.items() if rows}


def _nameless(evidence: Evidence) -> Evidence:
    verbs = (one.endpoint.partition(" ")[0] for one in evidence.exchanges)
    words = [verb if verb.isalpha() else "look" for verb in verbs]  # anything else may be an address
    asked = (Exchange(word, one.at, one.code) for word, one in zip(words, evidence.exchanges, strict=True))
    return Evidence(evidence.prober, evidence.vantage, tuple(asked))
