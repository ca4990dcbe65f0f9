"""Answers about pairs that came in a file: from the archive, where an import put them, into the casebook, each once.

An id follows from pair, person and time, so a run that was killed, or repeated, records what is missing and nothing twice. Not for:
answers that a person gives at the terminal (`judging`).
"""

from datetime import UTC
from typing import Any

from actionday.observe.files import PassedOver
from actionday.playbook.casebooks import actor_of, are_enrolled, casebook_of, declared
from actionday.records import (
    Actor,
    ActorId,
    Clock,
    Judged,
    Judgement,
    Permission,
    Relation,
    SubjectId,
    imported_judgement_id,
)
from actionday.settings import Settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import pseudonym_key

_TABLE = "link_judgements"


def record_imported(settings: Settings, archive: Archive, clock: Clock) -> list[PassedOver]:
    """Record every answer of the archive that the casebook lacks, in the name of whom the file names.

    Returns the answers that say nothing, such as a positive one without a relation; where people are enrolled, nothing is recorded,
    since an answer is signed there by who gives it. Raises PermissionRefused, HomeError, HomeLocked.
    """
    if are_enrolled(settings, clock):
        return [
            PassedOver(
                _TABLE,
                "people are enrolled here, and a file's answers carry nobody's signature; `actionday link judge`",
            )
        ]
    actor_of(settings, clock).must(Permission.JUDGE)
    view = archive.view({_TABLE: archive.versions()[_TABLE]})
    rows = view.arrow(view.table(_TABLE).order_by(["judged_at", "judged_by", "subject", "target"])).to_pylist()
    key = pseudonym_key(settings.keys_of(settings.home))
    passed_over: list[PassedOver] = []
    by_person: dict[Actor, list[Judgement]] = {}
    people = {name: declared(settings, name) for name in {row["judged_by"] for row in rows}}
    for row in rows:
        person = people[row["judged_by"]]
        try:
            by_person.setdefault(person, []).append(_judgement(row, key, person.id))
        except ValueError as error:
            told = f"answer of {row['judged_at']:%Y-%m-%dT%H:%M:%SZ} by {row['judged_by']}"
            passed_over.append(PassedOver(f"{_TABLE}: {told}", f"{error}; see docs/guide/judging.md"))
    if by_person:
        with casebook_of(settings, clock) as casebook:
            for person, theirs in by_person.items():
                casebook.record(person, theirs)
    return passed_over


def _judgement(row: dict[str, Any], key: bytes, who: ActorId) -> Judgement:
    at = row["judged_at"].astimezone(UTC)
    identity = imported_judgement_id(key, row["subject"], row["target"], row["judged_by"], at.isoformat())
    judged = Judged(row["judged"])
    relation = Relation(row["relation"]) if row["relation"] else None
    if judged is Judged.NEGATIVE and relation is None:
        relation = Relation.UNRELATED
    a, b = SubjectId.parse(row["subject"]), SubjectId.parse(row["target"])
    why, blind = row["why"] or "", bool(row["blind"])
    return Judgement(identity, a, b, judged, relation, who, at, why, row["sampling"], blind)
