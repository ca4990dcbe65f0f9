"""A person's answers about pairs of subjects: recorded, withdrawn, and folded into lines.

No score is shown before an answer; after an answer about a drawn pair it is. Answers of two people about one drawn pair stay hidden
from each other until both are in. Not for: proposals, drawing (`queueing`), or answers that come in files (`recording`).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from actionday.playbook.casebooks import actor_of, casebook_of, has_casebook
from actionday.playbook.labelled import Drawn, asked_draw, drawn_here, drawn_pairs, hidden_from
from actionday.playbook.naming import subject_called
from actionday.playbook.orders import JudgingOrder, NoneOrder
from actionday.records import (
    LEAD,
    ActorId,
    Clock,
    Conflict,
    Contradiction,
    Judged,
    Judgement,
    JudgementId,
    Lineage,
    NoneOf,
    Permission,
    Relation,
    Standing,
    SubjectId,
    UsageError,
    Withdrawal,
    fold,
    new_entry_id,
    new_judgement_id,
)
from actionday.settings import Settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import open_home
from actionday.stores.archive.subjects import seen_among

_SAYS = {
    Contradiction.ANSWERS: "people answer differently; the most cautious answer stands",
    Contradiction.RELATION: "people agree that they belong together, not how",
    Contradiction.CHAIN: "judged not to belong together, and joined by a chain of positives; the negative wins",
    Contradiction.CIRCLE: "they come after one another in a circle; none of them has a place in the line",
}


def judge(settings: Settings, order: JudgingOrder, clock: Clock) -> dict[str, Any]:
    """Record one answer of whoever acts. Returns it with its id, the ledger's head, and conflicts that the pair is part of.

    Raises UsageError for a subject that cannot be told, or an answer and a relation that do not go together; PermissionRefused.
    """
    actor = actor_of(settings, clock)
    actor.must(Permission.JUDGE)
    archive = Archive(open_home(settings.home), query_memory=settings.query_memory)
    drawn = asked_draw(actor, drawn_here(settings, archive.view(), clock), order.draw) if order.draw else None
    a, b = _pair_of(settings, archive, order, drawn)
    relation = Relation.UNRELATED if order.judged is Judged.NEGATIVE else order.relation
    if order.relation is not None and relation is not order.relation:
        raise UsageError(f"a negative answer names no relation, so --relation {order.relation} does not go with it")
    try:
        made = Judgement(
            new_judgement_id(), a, b, order.judged, relation, actor.id, clock.now(), order.why,
            order.sampling, order.blind or drawn is not None, _shown_of(order, drawn), order.draw,
        )  # fmt: skip
    except ValueError as error:
        fix = "; name one with --relation" if order.judged is Judged.POSITIVE and relation is None else ""
        raise UsageError(f"{error}{fix}") from error
    with casebook_of(settings, clock) as casebook:
        head = casebook.record(actor, [made])
        answers, names = list(casebook.judgements(actor)), casebook.names(actor)
    whole = fold(answers, hidden_from(actor, drawn_pairs(archive.view(), answers)))
    there = {str(a), str(b)}
    return {
        **_judgement(made, names),
        "judgement": made.id,
        "a": str(a),
        "b": str(b),
        "not_seen": sorted(there - seen_among(archive, there)),
        "conflicts": [_conflict(one, whole, names) for one in whole.conflicts if {a, b} & set(one.subjects)],
        **({} if drawn is None else {"score": {key: drawn.row[key] for key in ("probability", "weight", "model")}}),
        "head": str(head),
        "note": LEAD,
    }


def _pair_of(
    settings: Settings, archive: Archive, order: JudgingOrder, drawn: Drawn | None
) -> tuple[SubjectId, SubjectId]:
    """The pair that is meant: of a drawn one it need not be said again, and where it is said it must be that one."""
    if drawn is None:
        a, b = (subject_called(settings, archive, asked) for asked in (order.a, order.b))
        return a, b
    pair = SubjectId.parse(drawn.row["subject"]), SubjectId.parse(drawn.row["target"])
    said = {subject_called(settings, archive, asked) for asked in (order.a, order.b) if asked}
    if said - set(pair):
        raise UsageError(f"{order.draw} is another pair: {pair[0]} and {pair[1]}")
    return pair


def _shown_of(order: JudgingOrder, drawn: Drawn | None) -> tuple[str, ...]:
    """What was laid before the person; the queue shows the evidence, and the score only afterwards."""
    return order.shown if drawn is None else (*json.loads(drawn.row["evidence"]), *order.shown)


def judge_none(settings: Settings, order: NoneOrder, clock: Clock) -> dict[str, Any]:
    """Record that whoever acts looked into a subject and found none of those named to be its return.

    Raises UsageError for a subject that cannot be told or is named twice; PermissionRefused.
    """
    actor = actor_of(settings, clock)
    actor.must(Permission.JUDGE)
    archive = Archive(open_home(settings.home), query_memory=settings.query_memory)
    subject = subject_called(settings, archive, order.subject)
    among = tuple(subject_called(settings, archive, one) for one in order.among)
    try:
        made = NoneOf(
            new_judgement_id(),
            subject,
            among,
            actor.id,
            clock.now(),
            order.why,
            order.sampling,
            order.blind,
            order.shown,
        )
    except ValueError as error:
        raise UsageError(str(error)) from error
    with casebook_of(settings, clock) as casebook:
        head = casebook.record(actor, [made])
        answers, names = list(casebook.judgements(actor)), casebook.names(actor)
    whole = fold(answers, hidden_from(actor, drawn_pairs(archive.view(), answers)))
    there = {str(subject), *map(str, among)}
    return {
        "judgement": made.id,
        "by": actor.name,
        "subject": str(subject),
        "among": [str(one) for one in among],
        "sampling": made.sampling,
        "not_seen": sorted(there - seen_among(archive, there)),
        "conflicts": [_conflict(one, whole, names) for one in whole.conflicts if subject in one.subjects],
        "head": str(head),
        "note": LEAD,
    }


def withdraw(settings: Settings, judgement: str, why: str, clock: Clock) -> dict[str, Any]:
    """Take a judgement of whoever acts back. Raises UsageError where it is not theirs or not there; PermissionRefused."""
    actor = actor_of(settings, clock)
    actor.must(Permission.JUDGE)
    open_home(settings.home)
    if not has_casebook(settings):
        raise UsageError("nothing was judged here, so there is nothing to withdraw")
    one = Withdrawal(new_entry_id("w"), JudgementId(judgement), actor.id, clock.now(), why)
    with casebook_of(settings, clock) as casebook:
        head = casebook.withdraw(actor, [one])
    return {"withdrawn": judgement, "by": actor.name, "head": str(head), "note": LEAD}


def lineage(settings: Settings, asked: str | None, clock: Clock) -> dict[str, Any]:
    """Lines, generations and conflicts, of everyone or of one subject's line. Raises UsageError, PermissionRefused."""
    actor = actor_of(settings, clock)
    actor.must(Permission.READ)
    archive = Archive(open_home(settings.home), query_memory=settings.query_memory)
    only = None if asked is None else subject_called(settings, archive, asked)
    if not has_casebook(settings):
        return {"clusters": [], "apart": [], "set_aside": [], "conflicts": [], "none": [], "head": None, "note": LEAD}
    with casebook_of(settings, clock) as casebook:
        head = casebook.head()
        answers, names = list(casebook.judgements(actor, head)), casebook.names(actor)
    whole = fold(answers, hidden_from(actor, drawn_pairs(archive.view(), answers)))
    return {**_shown(whole, names, only), "head": str(head), "note": LEAD}


def _shown(whole: Lineage, names: Mapping[ActorId, str], only: SubjectId | None) -> dict[str, Any]:
    mine = None if only is None else set(whole.cluster_of(only))
    clusters = [cluster for cluster in whole.clusters if mine is None or mine & set(cluster)]
    aside = {(pair.a, pair.b) for pair in whole.set_aside}
    joined = [pair for pair in whole.pairs if pair.judged is Judged.POSITIVE and (pair.a, pair.b) not in aside]
    by_place: dict[SubjectId, list[Standing]] = {}
    for pair in joined:
        by_place.setdefault(whole.cluster_of(pair.a)[0], []).append(pair)
    return {
        "clusters": [
            {
                "subjects": [{"subject": str(one), "generation": whole.generation.get(one)} for one in _in_line(whole, cluster)],
                "pairs": [_pair(pair, names) for pair in by_place.get(cluster[0], ())],
            }
            for cluster in clusters
        ],
        "apart": [_pair(pair, names) for pair in _about(whole.pairs, mine) if pair.judged is not Judged.POSITIVE],
        "set_aside": [_pair(pair, names) for pair in _about(whole.set_aside, mine)],
        "conflicts": [
            _conflict(one, whole, names) for one in whole.conflicts if mine is None or mine & set(one.subjects)
        ],
        "none": [str(one) for one in sorted(whole.none, key=str) if mine is None or one in mine],
    }  # fmt: skip


def _in_line(whole: Lineage, cluster: Sequence[SubjectId]) -> list[SubjectId]:
    return sorted(cluster, key=lambda one: (whole.generation.get(one) or len(cluster) + 1, str(one)))


def _about(pairs: Iterable[Standing], mine: set[SubjectId] | None) -> list[Standing]:
    return [pair for pair in pairs if mine is None or pair.a in mine or pair.b in mine]


def _pair(pair: Standing, names: Mapping[ActorId, str]) -> dict[str, Any]:
    return {
        "a": str(pair.a),
        "b": str(pair.b),
        "judged": pair.judged.value,
        "relation": pair.relation.value if pair.relation else None,
        "judgements": [_judgement(one, names) for one in pair.judgements],
    }


def _conflict(one: Conflict, whole: Lineage, names: Mapping[ActorId, str]) -> dict[str, Any]:
    chain = whole.chain(*one.subjects) if one.kind is Contradiction.CHAIN else ()
    return {
        "kind": one.kind.value,
        "says": _SAYS[one.kind],
        "subjects": [str(subject) for subject in one.subjects],
        "judgements": [_judgement(made, names) for made in one.judgements],
        "chain": [_pair(pair, names) for pair in chain],
    }


def _judgement(one: Judgement, names: Mapping[ActorId, str]) -> dict[str, Any]:
    return {
        "id": one.id,
        "by": names.get(one.who, one.who),
        "at": one.at.isoformat(timespec="seconds"),
        "judged": one.judged.value,
        "relation": one.relation.value if one.relation else None,
        "why": one.why,
        "sampling": one.sampling,
        "blind": one.blind,
        "shown": list(one.shown),
    }
