"""Link a home: who is at risk comes from the cohort, profiles from the archive, proposals go back into it.

Nothing here merges anything: proposals wait for a person. Not for: how a pair is scored (`link`), judging it.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from actionday.playbook.acts import LINK, Act, write_act
from actionday.playbook.labelled import Likewise, drawn_here, labels_of
from actionday.playbook.measuring import without_day
from actionday.playbook.naming import subject_called
from actionday.playbook.orders import LinkOrder
from actionday.records import LEAD, Clock, InputError, Relation, UsageError
from actionday.settings import Settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import open_home
from actionday.stores.archive.schemas import TABLES
from actionday.stores.archive.subjects import seen_among
from actionday.stores.archive.view import View

if TYPE_CHECKING:
    from actionday.link import Labels, Linked, Model, Profiles

_READ = ("accounts", "channels", "links", "media", "memberships", "moves", "posts", "sightings")


def link_run(settings: Settings, order: LinkOrder) -> dict[str, Any]:
    """Link everything in the home and store the proposals. Returns what was compared, cut and proposed, and the lead line."""
    home = open_home(settings.home)
    with home.writing():
        archive = Archive(home, query_memory=settings.query_memory)
        drawn = drawn_here(settings, archive.view(), order.clock)
        linked = _link(archive, order, labels_of(drawn))
        now = order.clock.now()  # one moment: by it the proposals of a run are found
        proposals, rules = _proposals(linked, now), _rules(linked)
        _store(archive, settings, now, (linked, proposals, rules))
    relations = proposals.group_by("relation").aggregate([("relation", "count")]).sort_by("relation")
    return {
        "model": linked.model.version,
        "trained_on": linked.model.trained_on,
        "subjects": len(linked.frame),
        "starts": int(linked.frame.start.sum()),
        "compared": len(linked.weight),
        "cut": linked.candidates.cut.to_pylist(),
        "proposals": dict(zip(relations["relation"].to_pylist(), relations["relation_count"].to_pylist(), strict=True)),
        "threshold": order.threshold,
        "note": LEAD,
    }


def link_returns(settings: Settings, asked: str, clock: Clock) -> dict[str, Any]:
    """What the newest run proposes about one subject, by id or handle, likeliest first, and how often such were wrong.

    Raises UsageError before any run, and for what names no subject here.
    """
    archive = Archive(open_home(settings.home), query_memory=settings.query_memory)
    view, subject = archive.view(), str(subject_called(settings, archive, asked))
    run = _newest(view)
    if not seen_among(archive, {subject}):
        raise UsageError(f"{subject} was never seen here")
    table = view.table("proposals")
    mine = table.filter(
        (table["at"] == ibis.literal(run["at"], "timestamp('UTC')"))
        & ((table.subject == subject) | (table.target == subject))
    )
    rows = view.arrow(mine.order_by(mine.probability.desc(), mine.subject, mine.target)).to_pylist()
    likewise = Likewise(drawn_here(settings, view, clock))
    leads = [
        {
            **{key: row[key] for key in ("subject", "target", "relation", "probability", "weight", "rule")},
            "evidence": json.loads(row["evidence"]),
            "wrong": likewise.of(row["probability"]).as_dict(),
            "wrong_of_100": likewise.told(row["probability"]),
        }
        for row in rows
    ]
    return {"subject": subject, "model": run["model"], "at": run["at"], "leads": leads, "note": LEAD}


def link_explain(settings: Settings, order: LinkOrder, pair: tuple[str, str]) -> dict[str, Any]:
    """The waterfall of a pair, by ids or handles, under the newest run's weights. `why_not` says what keeps it from a proposal, if anything.

    Raises UsageError for a subject that was not compared.
    """
    import numpy as np

    from actionday.link.block import ends_first
    from actionday.link.compare import compare
    from actionday.link.frame import frame
    from actionday.link.propose import Rules, allowed
    from actionday.link.relation import relations
    from actionday.link.score import explain, probabilities

    archive = Archive(open_home(settings.home), query_memory=settings.query_memory)
    view = archive.view()
    run = _newest(view)
    model = _weights(run)
    profiles = _profiles(view, order)
    laid = frame(profiles)
    a, b = (np.array([_row(profiles, str(subject_called(settings, archive, one)))], np.int64) for one in pair)
    if a[0] == b[0]:
        raise UsageError("a subject is not compared with itself")
    first, second = (a, b) if ends_first(laid.ended, a, b)[0] else (b, a)
    pairs = first.astype(np.int32), second.astype(np.int32)
    levels = compare(laid, pairs)
    ids = profiles.subjects["subject"]
    probability = float(probabilities(model, levels)[0])
    likewise = Likewise(drawn_here(settings, view, order.clock))
    return {
        "subject": ids[int(pairs[0][0])].as_py(),
        "target": ids[int(pairs[1][0])].as_py(),
        "relation": str(relations(laid, pairs)[0]),
        "probability": probability,
        "wrong": likewise.of(probability).as_dict(),
        "wrong_of_100": likewise.told(probability),
        "why_not": _why_not(
            ended=bool(laid.start[pairs[0]][0] or laid.start[pairs[1]][0]),
            supported=bool(allowed(laid, model, pairs, levels, Rules(order.threshold))[0]),
        ),
        "model": run["model"],
        "steps": [asdict(step) for step in explain(model, levels[0])],
        "note": LEAD,
    }


def link_evaluate(settings: Settings, order: LinkOrder, truth: Path) -> dict[str, Any]:
    """Link again and compare with known answers. Raises InputError when the truth cannot be read."""
    from actionday.link import Truth, evaluate, judge

    try:
        told = json.loads(truth.read_bytes())
    except (OSError, ValueError) as error:
        raise InputError(str(truth), f"cannot be read as JSON: {error}") from error
    try:
        known = Truth.of(told)
    except UsageError as error:
        raise InputError(str(truth), str(error), "see docs/methods/linking.md") from error
    archive = Archive(open_home(settings.home), query_memory=settings.query_memory)
    linked = _link(archive, order, labels_of(drawn_here(settings, archive.view(), order.clock)))
    return evaluate(judge(linked, known)) | {"model": linked.model.version, "note": LEAD}


def linked_again(archive: Archive, order: LinkOrder) -> tuple["Linked", str]:
    """Everything compared again under the newest run's weights, and that run's model. Raises UsageError before any run."""
    from actionday.link import Rules, link

    view = archive.view()
    run = _newest(view)
    return link(_profiles(view, order), model=_weights(run), rules=Rules(order.threshold)), run["model"]


def _link(archive: Archive, order: LinkOrder, labels: "Labels | None") -> "Linked":
    from actionday.link import Rules, link

    order.progress.phase("linking", 2, "steps")
    order.progress.item("profiles")
    profiles = _profiles(archive.view(), order)
    order.progress.advance(1)
    order.progress.item("comparing")
    linked = link(profiles, rules=Rules(order.threshold), labels=labels, seed=order.seed)
    order.progress.advance(1)
    return linked


def _profiles(view: View, order: LinkOrder) -> "Profiles":
    from actionday.link import Known, read_profiles
    from actionday.measure.cohort import cohort

    people = cohort(view, order.campaign or without_day(view, order.clock))
    return read_profiles(view, Known(_people(people), real_names=order.real_names))


def _people(cohort: pa.Table) -> pa.Table:
    """The cohort as linking wants it: an inferred end is a silence from the last evidence on."""
    silent = pc.equal(cohort["basis"], "inferred")
    return pa.table(
        {
            "subject": cohort["subject"],
            "platform": cohort["platform"],
            "kind": cohort["kind"],
            "language": cohort["language"],
            "begun_at": pc.coalesce(cohort["created_at"], cohort["first_seen"]),
            "last_at": cohort["last_present"],
            "ended_at": pc.if_else(silent, cohort["last_present"], cohort["first_miss"]),
            "ending": pc.if_else(silent, "silent", cohort["event"]),
        }
    )


def _row(profiles: "Profiles", subject: str) -> int:
    row = profiles.row_of(subject)
    if row is None:
        raise UsageError(
            f"{subject} is not among those compared: channels, accounts with a role, and whoever was looked at"
        )
    return row


def _newest(view: View) -> dict[str, Any]:
    runs = view.table("link_models")
    rows = view.arrow(runs.order_by(runs["at"].desc(), runs.row.desc()).limit(1)).to_pylist()
    if not rows:
        raise UsageError("nothing is linked here yet: run `actionday link run` first")
    return dict(rows[0])


def _weights(run: Mapping[str, Any]) -> "Model":
    from actionday.link import Model

    try:
        return Model.from_json(run["weights"])
    except ValueError as error:
        raise UsageError(str(error)) from error


def _why_not(*, ended: bool, supported: bool) -> str | None:
    """What keeps a pair from being proposed, whatever its probability."""
    if not ended:
        return "neither ended nor fell silent, and linking starts from one that did"
    return None if supported else "the rules ask for two independent kinds of evidence besides names"


def _proposals(linked: "Linked", now: datetime) -> pa.Table:
    """Scored pairs and renames, in the stored schema."""
    from actionday.link.relation import renames

    scored, named = linked.proposals(), renames(linked.frame)
    one = pa.repeat(1.0, len(named))
    same = {
        "subject": named["subject"],
        "target": named["subject"],
        "relation": pa.repeat(Relation.RENAME.value, len(named)),
        "probability": one,
        "weight": pa.nulls(len(named), pa.float64()),
        "evidence": pa.array(
            [json.dumps({"handles": sorted(one)}) for one in named["handles"].to_pylist()], pa.string()
        ),
        "rule": pa.repeat("same_id", len(named)),
    }
    whole = pa.concat_tables([scored.append_column("rule", pa.repeat("scored", len(scored))), pa.table(same)])
    whole = whole.append_column("model", pa.repeat(linked.model.version, len(whole)))
    at = pa.repeat(pa.scalar(now, pa.timestamp("us", tz="UTC")), len(whole))
    payload = TABLES["proposals"].payload
    return whole.append_column("at", at).select(payload.names).cast(payload)


def _rules(linked: "Linked") -> str:
    return json.dumps({**asdict(linked.rules), "cut": linked.candidates.cut.to_pylist()})


def _store(archive: Archive, settings: Settings, now: datetime, run: tuple["Linked", pa.Table, str]) -> None:
    linked, proposals, rules = run
    model = linked.model
    versions = {name: at for name, at in archive.versions().items() if name in _READ}
    told = {
        "model": model.version,
        "at": now,
        "weights": model.to_json(),
        "data": json.dumps(versions, sort_keys=True),
        "rules": rules,
        "pairs": len(linked.weight),
        "proposals": len(proposals),
    }
    models = pa.Table.from_pylist([told], schema=TABLES["link_models"].payload)
    act = Act(LINK, f"links of model {model.version}", now)
    write_act(settings, archive, act, [{"proposals": proposals, "link_models": models}])
