"""The queue of pairs to judge: drawn once with known probabilities, handed out one after the other, evidence first.

Nothing that is handed out says a score, a threshold or whether a pair is a proposal; `judging` shows the score after the answer.
Not for: what the answers amount to (`labelled`).
"""

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from actionday.playbook.acts import DRAW, Act, write_act
from actionday.playbook.casebooks import actor_of, judged_until, people_called
from actionday.playbook.labelled import Drawn, drawn_here
from actionday.playbook.linking import linked_again
from actionday.playbook.orders import DrawOrder
from actionday.records import (
    LEAD,
    Clock,
    Judged,
    Permission,
    SubjectId,
    UsageError,
    fold,
    new_entry_id,
)
from actionday.settings import Settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.faces import faces
from actionday.stores.archive.home import open_home
from actionday.stores.archive.schemas import TABLES

if TYPE_CHECKING:
    from actionday.link import Before

ORDER = "the pair whose first subject ended most recently comes first"


def link_draw(settings: Settings, order: DrawOrder) -> dict[str, Any]:
    """Draw a round of pairs for the coders and store them with their probabilities. Returns how many each has to judge.

    Raises UsageError before any run of linking, for coders named twice, or where no pair is left; PermissionRefused.
    """
    actor_of(settings, order.link.clock).must(Permission.JUDGE)
    from actionday.link import Plan, draw

    names = order.coders or (actor_of(settings, order.link.clock).name,)
    if len(set(names)) != len(names):
        raise UsageError("a coder is named twice")
    home = open_home(settings.home)
    with home.writing():
        archive = Archive(home, query_memory=settings.query_memory)
        linked, model = linked_again(archive, order.link)
        people = people_called(settings, names, order.link.clock)
        plan = Plan(order.size, tuple(people), order.controls, order.double, order.link.seed)
        found = draw(linked, plan, _before(settings, archive, order.link.clock))
        if not len(found):
            raise UsageError("no pair is left to be drawn")
        now = order.link.clock.now()
        write_act(
            settings,
            archive,
            Act(DRAW, f"{len(found)} pairs to judge", now),
            [{"link_draws": _rows(found, model, now)}],
        )
    each = pc.value_counts(found["coder"]).to_pylist()
    return {
        "pairs": len(pc.unique(found["pair"])),
        "by_coder": {people[one["values"]]: one["counts"] for one in each},
        "twice": len(found) - len(pc.unique(found["pair"])),
        "model": model,
        "order": ORDER,
        "note": LEAD,
    }


def _rows(found: pa.Table, model: str, now: object) -> pa.Table:
    """As stored: a random id for each pair, so that nothing about an id tells what kind of pair it is."""
    ids = {pair: new_entry_id("q") for pair in sorted(set(found["pair"].to_pylist()))}
    found = found.append_column("draw", pa.array([ids[pair] for pair in found["pair"].to_pylist()], pa.string()))
    found = found.append_column("model", pa.repeat(model, len(found)))
    found = found.append_column("at", pa.repeat(pa.scalar(now, pa.timestamp("us", tz="UTC")), len(found)))
    payload = TABLES["link_draws"].payload
    return found.select(payload.names).cast(payload)


def _before(settings: Settings, archive: Archive, clock: Clock) -> "Before":
    """What was drawn is not drawn again; answers that stand without a conflict are known."""
    from actionday.link import Before

    whole = fold(judged_until(settings, None, clock))
    doubtful = {frozenset(one.subjects) for one in whole.conflicts}
    known = frozenset(
        (str(pair.a), str(pair.b))
        for pair in whole.pairs
        if pair.judged in (Judged.POSITIVE, Judged.NEGATIVE) and frozenset((pair.a, pair.b)) not in doubtful
    )
    drawn = {(one.row["subject"], one.row["target"]) for one in drawn_here(settings, archive.view(), clock)}
    return Before(frozenset(drawn), known)


def link_queue(settings: Settings, limit: int, clock: Clock) -> dict[str, Any]:
    """The next pairs for whoever acts, with everything that both ever showed; no score, and nothing that others answered.

    Raises PermissionRefused.
    """
    actor = actor_of(settings, clock)
    actor.must(Permission.JUDGE)
    archive = Archive(open_home(settings.home), query_memory=settings.query_memory)
    view = archive.view()
    mine = [one for one in drawn_here(settings, view, clock) if actor.id in one.coders and actor.id not in one.answers]
    chosen = mine[:limit]
    told = faces(view, {one.row[side] for one in chosen for side in ("subject", "target")})
    return {
        "coder": actor.name,
        "left": len(mine),
        "order": ORDER,
        "pairs": [
            {
                "draw": one.row["draw"],
                "a": {"subject": one.row["subject"], **told[one.row["subject"]], "ended_at": one.row["ended_at"]},
                "b": {"subject": one.row["target"], **told[one.row["target"]]},
                "evidence": json.loads(one.row["evidence"]),
            }
            for one in chosen
        ],
        "note": LEAD,
    }


def link_agreement(settings: Settings, clock: Clock, seed: int = 7) -> dict[str, Any]:
    """Krippendorff's alpha over pairs that two people judged, and how often known answers were met.

    Raises PermissionRefused.
    """
    from actionday.measure.agreement import krippendorff
    from actionday.measure.intervals import proportion
    from actionday.records import Estimate

    actor = actor_of(settings, clock)
    actor.must(Permission.READ)
    archive = Archive(open_home(settings.home), query_memory=settings.query_memory)
    drawn = drawn_here(settings, archive.view(), clock)
    both = [one for one in drawn if one.double and not one.open]
    answers = [[said.judged.value for said in one.answers.values()] for one in both]
    relations = [
        [said.relation.value if said.relation else said.judged.value for said in one.answers.values()] for one in both
    ]
    known = [one for one in drawn if one.row["part"] == "known" and one.answers]
    met = sum(_met(settings, one, clock) for one in known)
    value, low, high = proportion(met, len(known))
    caveats = () if known else ("no known answer was asked about and answered",)
    told = Estimate("known_answers_met", value, low, high, "share", len(known), "Wilson", caveats=caveats)
    return {
        "agreement": krippendorff("alpha_answer", answers, seed=seed).as_dict(),
        "agreement_on_relation": krippendorff("alpha_relation", relations, seed=seed).as_dict(),
        "known_answers_met": told.as_dict(),
        "open": sum(one.double and one.open for one in drawn),
        "note": LEAD,
    }


def _met(settings: Settings, one: Drawn, clock: Clock) -> bool:
    """Whether the answer to a known pair is what stands for it without the answers to this draw."""
    others = [said for said in judged_until(settings, None, clock) if getattr(said, "draw", "") != one.row["draw"]]
    pair = {SubjectId.parse(one.row["subject"]), SubjectId.parse(one.row["target"])}
    standing = next((found for found in fold(others).pairs if {found.a, found.b} == pair), None)
    return standing is not None and one.answer is not None and standing.judged is one.answer[0]
