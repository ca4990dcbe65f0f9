"""The only file that chains verbs: import, measure, brief; the bundled scenario; forget; reproduce.

Every function takes `Settings`, a `Clock` and a progress from outside and returns plain values for a door to render.
Measures and the brief are imported where they are used: compiled statistics take seconds to load, and an import, a
look at the archive or an erasure should not wait for them.
"""

import dataclasses
import json
import platform
import secrets
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from actionday.brief import annexes
from actionday.observe.files import Found, discover
from actionday.observe.ingest import ImportOptions, ImportReport, Ingest, Means, Progress
from actionday.observe.pool import Pool
from actionday.observe.reader import Reader
from actionday.observe.registry import readers
from actionday.records import Campaign, Clock, HomeError, Measure, UsageError, pseudonym
from actionday.settings import Settings
from actionday.stores.archive import erasure
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import Home, HomePolicy, make_home, open_home, pseudonym_key
from actionday.stores.archive.view import View

if TYPE_CHECKING:
    from actionday.brief.origin import BriefOrigin, Identities
    from actionday.measure.scenario import Export

_COMPARED = ("after minus before", "before against after")
MEASURES = ("coverage", "activity", "lifetimes", "migration")
LIBRARIES = ("deltalake", "duckdb", "ibis-framework", "numba", "numpy", "polars", "pyarrow", "scipy")


def import_exports(
    settings: Settings,
    paths: Sequence[Path],
    options: ImportOptions,
    policy: HomePolicy | None,
    clock: Clock,
    progress: Progress,
) -> ImportReport:
    """Import files into the home, which is made if need be. `policy` None keeps the home's own (or the default)."""
    home = _home_for_writing(settings.home, policy, clock)
    key = pseudonym_key(settings.keys_of(settings.home))
    with (
        home.writing(),
        Pool(settings.environment or {}, size=settings.parsers, data_bytes=settings.parser_memory) as pool,
    ):
        return Ingest(_archive(settings, home), pool, Means(clock, key, progress, settings.flush_rows)).run(
            paths, options
        )


def _home_for_writing(path: Path, policy: HomePolicy | None, clock: Clock) -> Home:
    if policy is None and (path / "home.json").exists():
        return open_home(path)
    return make_home(path, policy or HomePolicy(), clock.now())


def _archive(settings: Settings, home: Home | None = None) -> Archive:
    return Archive(home or open_home(settings.home), query_memory=settings.query_memory)


def inspect(settings: Settings, path: Path) -> list[dict[str, Any]]:
    """What an import would make of each file: the reader, what it says, what it still needs."""
    answers: list[dict[str, Any]] = []
    with Pool(settings.environment or {}, size=1) as pool:
        for item in discover([path], None):
            if not isinstance(item, Found):
                answers.append({"file": item.name, "format": None, "says": item.reason, "needs": []})
            elif item.series or item.packed:
                kind = "snapshots" if item.series else "archive"
                answers.append({"file": item.name, "format": kind, "says": f"a {kind}, opened on import", "needs": []})
            else:
                for header, _ in pool.ask({"do": "recognise", "files": [[str(item.path), item.name]]}):
                    if not header.get("end"):
                        answers.append(_inspected(header))
    return answers


def _inspected(header: Mapping[str, Any]) -> dict[str, Any]:
    able = [(who, opinion) for who, opinion in header["opinions"] if opinion["certainty"] > 0]
    advice = "; ".join(opinion["says"] for _, opinion in header["opinions"] if opinion["says"])
    if not able:
        return {
            "file": header["name"],
            "format": None,
            "says": advice or "no reader recognises it",
            "needs": [],
            "others": [],
        }
    (chosen, opinion), *others = able
    return {
        "file": header["name"],
        "format": chosen,
        "says": opinion["says"],
        "needs": list(opinion["needs"]),
        "others": [who for who, _ in others],
    }


def formats(settings: Settings) -> dict[str, Any]:
    """The formats that can be read, and how isolated the parsers are on this machine."""
    with Pool(settings.environment or {}, size=1) as pool:
        for _ in pool.ask({"do": "recognise", "files": []}):
            pass
        isolation = pool.isolation
    assert isolation is not None
    listed = [
        {"name": r.name, "title": r.title, "suffixes": list(r.suffixes), "version": r.version}
        for r in readers().values()
    ]
    return {
        "formats": listed,
        "isolation": {
            name: getattr(isolation, name) for name in ("network_namespace", "seccomp", "audit_hook", "data_bytes")
        },
    }


def stats(settings: Settings) -> dict[str, Any]:
    """Rows by table, quarantine by reason, imports that never finished."""
    archive = _archive(settings)
    view = archive.view()
    quarantine = view.table("quarantine")
    reasons = view.arrow(quarantine.group_by("reason").agg(rows=quarantine.count())).to_pylist()
    begun = view.arrow(view.table("ingests").select("ingest", "phase", "path")).to_pylist()
    done = {row["ingest"] for row in begun if row["phase"] == "done"}
    return {
        "home": archive.home.id,
        "content": archive.home.policy.content,
        "profile": archive.home.policy.profile,
        "tables": archive.counts(),
        "quarantine": {
            row["reason"]: row["rows"] for row in sorted(reasons, key=lambda row: (-row["rows"], row["reason"]))
        },
        "unfinished": sorted({row["path"] for row in begun if row["ingest"] not in done}),
    }


@dataclass(frozen=True, slots=True)
class Asked:
    """What to measure: over which day, split by what, with which seed."""

    campaign: Campaign | None = None
    by: str = "all"
    seed: int = 7
    versions: Mapping[str, int] | None = None


def measure(
    settings: Settings, names: Sequence[str], asked: Asked, clock: Clock, progress: Progress
) -> tuple[list[Measure], Campaign]:
    """Compute measures by name. Raises HomeError without a home, UsageError for an unknown measure."""
    unknown = set(names) - {*MEASURES, "network"}
    if unknown:
        raise UsageError(f"no measure {', '.join(sorted(unknown))}; one of {', '.join(MEASURES)}")
    from actionday.measure.cohort import cohort
    from actionday.measure.coverage import measure_coverage
    from actionday.measure.steps import Steps

    view = _archive(settings).view(asked.versions)
    campaign = asked.campaign or without_day(view, clock)
    steps = Steps(progress, ("cohort", "coverage", *(name for name in names if name != "coverage")))
    with steps.step("cohort"):
        people = cohort(view, campaign)
    with steps.step("coverage"):
        done = {"coverage": measure_coverage(view, people, campaign)}
    for name in steps.names[2:]:
        with steps.step(name):
            done[name] = _measure_one(name, view, people, done["coverage"], asked, campaign)
    return [done[name] for name in names], campaign


def _measure_one(
    name: str, view: View, people: pa.Table, coverage: Measure, asked: Asked, campaign: Campaign
) -> Measure:
    from actionday.measure.activity import measure_activity
    from actionday.measure.coverage import if_identified
    from actionday.measure.lifetimes import measure_lifetimes
    from actionday.measure.migration import measure_migration
    from actionday.measure.network import network_sketch

    if name == "lifetimes":
        lives = measure_lifetimes(people, campaign, asked.by, seed=asked.seed)
        # Before against after is only as good as what could be seen of both.
        checked = [
            if_identified([estimate], coverage)[0] if estimate.group.get("period") in _COMPARED else estimate
            for estimate in lives.estimates
        ]
        return dataclasses.replace(lives, estimates=tuple(checked))
    if name == "activity":
        return measure_activity(view, people, campaign, asked.by, coverage=coverage)
    if name == "migration":
        return measure_migration(view, people, campaign, asked.by, coverage=coverage)
    return network_sketch(view, people)


def without_day(view: View, clock: Clock) -> Campaign:
    """A campaign for measuring without `day.toml`: its window lies at the end of what was seen, so nothing comes after it."""
    posts, looks = view.table("posts"), view.table("sightings")
    last = [view.arrow(table.agg(last=table.at.max()))["last"][0].as_py() for table in (posts, looks)]
    end = max((at for at in last if at is not None), default=clock.now())
    return Campaign(name="no day given", start=end, end=end)


def run(
    settings: Settings, paths: Sequence[Path], options: ImportOptions, policy: HomePolicy | None, order: "BriefOrder"
) -> dict[str, Any]:
    """The main job: import what is new, measure, write the brief. Returns the import's report and the brief's files."""
    report = import_exports(settings, paths, options, policy, order.clock, order.progress)
    files = brief(settings, order)
    return {"import": report.as_dict(), "brief": [str(file) for file in files]}


@dataclass(frozen=True, slots=True)
class BriefOrder:
    """A brief to write: of which day, where to, by whom, with names or without."""

    campaign: Campaign
    out: Path
    clock: Clock
    progress: Progress
    seed: int = 7
    by: str = "all"
    marking: str = ""
    identify: str | None = None  # the reason for naming subjects in the annex
    versions: Mapping[str, int] | None = None
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))


def brief(settings: Settings, order: BriefOrder) -> list[Path]:
    """Measure a home and write the brief of a day. Every brief gets a fresh pseudonym key, which is not kept."""
    from actionday.brief.campaign import write_brief

    home = open_home(settings.home)
    archive = _archive(settings, home)
    versions = dict(order.versions) if order.versions is not None else archive.versions()
    asked = Asked(order.campaign, order.by, order.seed, versions)
    measures, _ = measure(settings, [*MEASURES, "network"], asked, order.clock, order.progress)
    order.progress.begin("writing the brief", 4, "parts")
    view = archive.view(versions)
    origin = _origin(home, view, order, versions)
    identities = _identities(view, settings.by, order.identify) if order.identify else None
    files = write_brief(measures, order.campaign, origin, order.out, identities=identities, key=order.key)
    if identities is not None:
        annexes.remember(home.path, order.out)
    order.progress.advance(4)
    return files


def origin_of(settings: Settings, order: BriefOrder) -> "BriefOrigin":
    """Where a home's numbers come from at this moment, as a brief prints it."""
    home = open_home(settings.home)
    archive = _archive(settings, home)
    return _origin(home, archive.view(), order, archive.versions())


def _origin(home: Home, view: View, order: BriefOrder, versions: Mapping[str, int]) -> "BriefOrigin":
    from actionday.brief.origin import BriefOrigin, InputFile

    ingests, quarantine = view.table("ingests"), view.table("quarantine")
    done = view.arrow(ingests.filter(ingests.phase == "done").order_by("ingest")).to_pylist()
    reasons = view.arrow(quarantine.group_by("reason").agg(rows=quarantine.count()).order_by("reason")).to_pylist()
    return BriefOrigin(
        generated_at=order.clock.now(),
        product=f"{version('actionday')}",
        libraries={"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
        home=home.id,
        seed=order.seed,
        by=order.by,
        inputs=tuple(InputFile(row["path"], row["sha256"], row["format"], _rows(row["counts"])) for row in done),
        archive=dict(versions),
        profile=home.policy.profile,
        content=home.policy.content,
        quarantine={row["reason"]: row["rows"] for row in reasons},
        synthetic=order.campaign.synthetic,
        marking=order.marking,
    )


def _rows(counts: str | None) -> int:
    return sum(value for value in json.loads(counts or "{}").values() if isinstance(value, int))


def _identities(view: View, by: str, reason: str) -> "Identities":
    from actionday.brief.origin import Identities, Identity

    named: dict[str, Identity] = {}
    for table, label in (("accounts", "display_name"), ("channels", "title")):
        rows = view.table(table)
        distinct = (
            rows.filter(~rows.subject.contains(":pseudonym:"))
            .select("subject", "platform", "handle", name=rows[label])
            .distinct()
        )
        for row in view.arrow(distinct.order_by("subject", "handle", "name")).to_pylist():
            old = named.get(row["subject"], Identity())
            handles = (
                old.handles if row["handle"] is None or row["handle"] in old.handles else (*old.handles, row["handle"])
            )
            names = old.names if row["name"] is None or row["name"] in old.names else (*old.names, row["name"])
            named[row["subject"]] = Identity(names=names, handles=handles, links=old.links)
    return Identities(by=by, reason=reason, subjects=named)


def reproduce(settings: Settings, folder: Path, clock: Clock, progress: Progress) -> dict[str, Any]:
    """Compute a brief's numbers again from the recorded archive versions and compare. Returns what differs."""
    from actionday.brief.reproduction import agree, read_record

    old = read_record(folder)
    home = open_home(settings.home)
    if home.id != old.home:
        raise HomeError(
            f"{folder} was made from home {old.home}, {settings.home} is {home.id}; name the other with --home"
        )
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "brief"
        order = BriefOrder(old.campaign, out, clock, progress, seed=old.seed, by=old.by, versions=old.archive)
        brief(settings, order)
        new = read_record(out)
    differing = [a["name"] for a, b in zip(old.estimates, new.estimates, strict=False) if not agree(a, b)]
    same = not differing and len(old.estimates) == len(new.estimates)
    return {"same": same, "estimates": len(old.estimates), "differing": differing}


def write_scenario(out: Path, size: str, seed: int, progress: Progress) -> dict[str, Any]:
    """Write the bundled synthetic world as export files, `truth.json` and `day.toml`."""
    from actionday.measure.scenario import generate

    if out.exists() and any(out.iterdir()):
        raise UsageError(f"{out} is not empty; choose another folder")
    out.mkdir(parents=True, exist_ok=True)
    world = generate(size, seed)
    written: list[Path] = []
    done = 0
    for export in world.exports():
        progress.begin(export.folder, 0 if written else world.posts, "posts")
        folder = out / export.folder
        folder.mkdir(parents=True, exist_ok=True)
        written += _writer(export).write(export.tables, folder)
        (folder / "export.toml").write_text(export.declaration, "utf-8")
        advanced = round(export.share * world.posts)
        progress.advance(advanced - done)
        done = advanced
    (out / "truth.json").write_text(json.dumps(world.truth(), indent=1, sort_keys=True) + "\n", "utf-8")
    (out / "day.toml").write_text(world.day_toml(), "utf-8")
    return {"folder": str(out), "files": len(written), "bytes": sum(file.stat().st_size for file in written)}


def _writer(export: "Export") -> Reader:
    reader = readers()[export.reader]
    style = export.options.get("format")
    # Table is the one writer that knows several styles; all others have the one form of their platform.
    return dataclasses.replace(reader, style=style) if style and hasattr(reader, "style") else reader  # type: ignore[type-var]


def forget(settings: Settings, asked: str, reason: str, clock: Clock) -> dict[str, Any]:
    """Erase a subject from the home and keep it out. Returns counts, and the imported files that still hold it."""
    home = open_home(settings.home)
    key = pseudonym_key(settings.keys_of(settings.home))
    archive = _archive(settings, home)
    with home.writing():
        subject = erasure.resolve(archive, asked)
        # A member without a role lies in the archive under a pseudonym only.
        aliases = {pseudonym(key, identity) for identity in subject.ids}
        whole = erasure.Subject(subject.ids | aliases, subject.references, subject.names)
        counts = erasure.forget(archive, whole, key, settings.by, clock.now(), reason)
        dropped = annexes.drop(home.path)
    return {
        "erased": counts,
        "annexes_deleted": dropped,
        "still_outside": "the files you imported are yours: erase the subject there too",
    }


def retain(settings: Settings, days: Mapping[str, int], clock: Clock) -> dict[str, Any]:
    """Erase rows older than so many days, by table."""
    home = open_home(settings.home)
    with home.writing():
        return {"erased": erasure.retain(Archive(home), days, settings.by, clock.now())}
