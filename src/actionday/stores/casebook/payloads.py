"""What entries commit to, as bytes and back: judgements, withdrawals, erasures, people. And whether a reason names somebody.

The bytes are kept as they were written and never encoded again, since an entry commits to them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec

from actionday.records import (
    Actor,
    ActorId,
    Answer,
    Enrolment,
    EntryId,
    Judged,
    Judgement,
    JudgementId,
    NoneOf,
    Relation,
    Role,
    SubjectId,
    Withdrawal,
    name_words,
)
from actionday.records.preregistration import Frozen, Preregistration
from actionday.stores.casebook.chain import Kind, Part, moment

ERASED = "[erased]"
_SHORTEST = 5  # letters and digits of a name that is looked for in people's words; shorter ones mean anybody


@dataclass(frozen=True, slots=True)
class Draft:
    """What an append is given: who writes is known to it, its number and hashes are not yet."""

    id: EntryId
    kind: Kind
    facts: bytes
    words: bytes
    of: str | None = None
    subjects: tuple[str, ...] = ()

    def parts(self) -> tuple[tuple[Part, bytes], ...]:
        """Both payloads."""
        return ((Part.FACTS, self.facts), (Part.WORDS, self.words))


class _Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    a: str
    b: str
    judged: Judged
    relation: Relation | None
    at: str
    sampling: float | None
    blind: bool
    shown: tuple[str, ...]
    draw: str = ""


class _NoneOf(msgspec.Struct, frozen=True):
    a: str
    among: tuple[str, ...]
    at: str
    sampling: float | None
    blind: bool
    shown: tuple[str, ...]


class _Moment(msgspec.Struct, frozen=True):
    at: str


class _Fixed(msgspec.Struct, frozen=True):
    document: str
    sha256: str
    at: str


class _Words(msgspec.Struct, frozen=True):
    by: str
    why: str = ""


class _Work(msgspec.Struct, frozen=True):
    person: str
    key: str
    roles: tuple[Role, ...]
    at: str


class _Named(msgspec.Struct, frozen=True):
    by: str
    why: str
    name: str


class Gone(msgspec.Struct, frozen=True):
    """What an erasure took: keyed hashes of the subjects, and by part the entries that lost it."""

    subjects: tuple[str, ...]
    facts: tuple[int, ...]
    words: tuple[int, ...]

    def pairs(self) -> set[tuple[int, str]]:
        """Entry and part of everything that went."""
        return {(seq, Part.FACTS.value) for seq in self.facts} | {(seq, Part.WORDS.value) for seq in self.words}


_ANSWERS = msgspec.json.Decoder(_Answer)
_NONES = msgspec.json.Decoder(_NoneOf)
_WORDS = msgspec.json.Decoder(_Words)
_TEXTS = msgspec.json.Decoder(dict[str, str])
_FIXED = msgspec.json.Decoder(_Fixed)
_GONE = msgspec.json.Decoder(Gone)
_WORK = msgspec.json.Decoder(_Work)
_NAMED = msgspec.json.Decoder(_Named)


def of_answer(actor: Actor, one: Answer) -> Draft:
    """An answer to append."""
    if isinstance(one, Judgement):
        return of_judgement(actor, one)
    a, among = str(one.a), tuple(map(str, one.among))
    facts = msgspec.json.encode(_NoneOf(a, among, moment(one.at), one.sampling, one.blind, one.shown))
    return Draft(EntryId(one.id), Kind.NONE_OF, facts, _words(actor, one.why), subjects=(a, *among))


def of_judgement(actor: Actor, one: Judgement) -> Draft:
    """A judgement to append."""
    a, b = str(one.a), str(one.b)
    facts = _Answer(a, b, one.judged, one.relation, moment(one.at), one.sampling, one.blind, one.shown, one.draw)
    return Draft(EntryId(one.id), Kind.JUDGEMENT, msgspec.json.encode(facts), _words(actor, one.why), subjects=(a, b))


def of_withdrawal(actor: Actor, one: Withdrawal) -> Draft:
    """A withdrawal to append."""
    facts = msgspec.json.encode(_Moment(moment(one.at)))
    return Draft(one.id, Kind.WITHDRAWN, facts, _words(actor, one.why), one.of)


def of_frozen(actor: Actor, entry: EntryId, one: Frozen) -> Draft:
    """A preregistration to append."""
    facts = msgspec.json.encode(_Fixed(one.what.document(), one.what.digest, moment(one.at)))
    return Draft(entry, Kind.FROZEN, facts, _words(actor, ""))


def of_sign_in(actor: Actor, entry: EntryId, way: str) -> Draft:
    """That somebody came in, to append."""
    return Draft(entry, Kind.SIGN_IN, msgspec.json.encode({"way": way}), _words(actor, ""))


def of_erasure(actor: Actor, entry: EntryId, gone: Gone, reason: str) -> Draft:
    """An erasure record to append."""
    return Draft(entry, Kind.ERASURE, msgspec.json.encode(gone), _words(actor, reason))


def of_enrolment(actor: Actor, one: Enrolment) -> Draft:
    """What is said about a person, to append."""
    facts = _Work(one.person, one.key.hex(), tuple(sorted(one.roles)), moment(one.at))
    words = msgspec.json.encode(_Named(actor.name, one.why, one.name))
    return Draft(one.id, Kind.PERSON, msgspec.json.encode(facts), words)


def to_enrolment(entry: str, facts: bytes, words: bytes | None) -> Enrolment:
    """What was said about a person; without the name where that was erased. Raises ValueError when it is none."""
    said = _WORK.decode(facts)
    named = _Named("", ERASED, "") if words is None else _NAMED.decode(words)
    at = datetime.fromisoformat(said.at).astimezone(UTC)
    key = bytes.fromhex(said.key)
    return Enrolment(EntryId(entry), ActorId(said.person), key, frozenset(said.roles), at, named.name, named.why)


def to_answer(kind: str, entry: str, actor: str, facts: bytes, words: bytes | None) -> Answer:
    """An answer as it was recorded; its reason is `[erased]` where that went."""
    if kind == Kind.JUDGEMENT:
        return to_judgement(entry, actor, facts, words)
    said = _NONES.decode(facts)
    return NoneOf(
        JudgementId(entry),
        SubjectId.parse(said.a),
        tuple(map(SubjectId.parse, said.among)),
        ActorId(actor),
        datetime.fromisoformat(said.at).astimezone(UTC),
        ERASED if words is None else reason_in(words),
        said.sampling,
        said.blind,
        said.shown,
    )


def to_judgement(entry: str, actor: str, facts: bytes, words: bytes | None) -> Judgement:
    """A judgement as it was recorded; its reason is `[erased]` where that went."""
    said = _ANSWERS.decode(facts)
    return Judgement(
        JudgementId(entry),
        SubjectId.parse(said.a),
        SubjectId.parse(said.b),
        said.judged,
        said.relation,
        ActorId(actor),
        datetime.fromisoformat(said.at).astimezone(UTC),
        ERASED if words is None else reason_in(words),
        said.sampling,
        said.blind,
        said.shown,
        said.draw,
    )


def to_frozen(facts: bytes) -> Frozen:
    """A preregistration as it was recorded. Raises ValueError where its hash is not that of what it says."""
    said = _FIXED.decode(facts)
    what = Preregistration.parse(said.document)
    if what.digest != said.sha256:
        raise ValueError("the hash of a preregistration is not that of what it says")
    return Frozen(what, datetime.fromisoformat(said.at).astimezone(UTC))


def to_gone(facts: bytes) -> Gone:
    """What an erasure record says. Raises ValueError when it is none."""
    return _GONE.decode(facts)


def reason_in(words: bytes) -> str:
    """A person's own words of an entry."""
    return _WORDS.decode(words).why


def texts_in(words: bytes) -> str:
    """Everything that people wrote in an entry: reasons, passages, translations. Not who they are."""
    said = _TEXTS.decode(words)
    return "\n".join(text for name, text in said.items() if name not in ("by", "name"))


def writer_of(words: bytes) -> str:
    """The name of the person who wrote an entry."""
    return _WORDS.decode(words).by


def _words(actor: Actor, why: str) -> bytes:
    return msgspec.json.encode(_Words(actor.name, why))


@dataclass(frozen=True, slots=True)
class Naming:
    """Tells whether a text names somebody: words of a name, one after the other, whatever parts them."""

    _by_first: dict[str, list[list[str]]] = field(repr=False)

    @classmethod
    def of(cls, subjects: Iterable[str], names: Iterable[str]) -> "Naming":
        """By ids, native ids, handles of references and free names."""
        by_first: dict[str, list[list[str]]] = {}
        ids = list(subjects)
        natives = [identity.split(":", 2)[-1].lstrip("@") for identity in ids]
        for name in {*ids, *natives, *names}:
            words = [word for word, _, _ in name_words(name)]
            if sum(map(len, words)) >= _SHORTEST:
                by_first.setdefault(words[0], []).append(words)
        return cls(by_first)

    def found_in(self, text: str) -> bool:
        """Whether the text names them."""
        words: Sequence[str] = [word for word, _, _ in name_words(text)]
        return any(
            words[at : at + len(name)] == name for at, word in enumerate(words) for name in self._by_first.get(word, ())
        )
