"""What every prober must keep to, as functions that raise AssertionError: for our suite and for authors of other probers.

    from actionday.observe import prober_conformance
    prober_conformance.check_all(MyProber())

Looking itself needs the other side: each prober's own tests do that against a real server or recorded answers.
Not for: which evidence means which state, which each prober's examples say.
"""

import re
from dataclasses import replace
from datetime import UTC, datetime

from actionday.observe.outside import Target
from actionday.observe.prober import Prober
from actionday.records import GONE, PLATFORMS, Evidence, Exchange, State, SubjectId
from actionday.wire.http import FAILURES

AT = datetime(2020, 1, 1, tzinfo=UTC)
_SAYS_NOTHING = frozenset({State.UNKNOWN, State.UNREACHABLE, State.PRIVATE_OR_PROBER_BLOCKED})


def check_all(prober: Prober) -> None:
    """Everything that can be checked without the outside."""
    check_face(prober)
    check_examples(prober)
    check_silence_is_not_removal(prober)
    check_judging_is_pure(prober)


def check_face(prober: Prober) -> None:
    """The protocol's attributes."""
    assert isinstance(prober, Prober), f"{prober!r} does not implement the prober protocol"
    assert re.fullmatch(r"[a-z][a-z0-9_]*", prober.name), f"{prober.name!r} is no prober's name"
    assert prober.title, f"{prober.name}: no title"
    assert prober.sees, f"{prober.name} does not say what the other side sees"
    assert prober.version >= 1, f"{prober.name}: version {prober.version}"
    known = {platform.name for platform in PLATFORMS}
    assert prober.platforms, f"{prober.name} looks at no platform"
    assert set(prober.platforms) <= known, f"{prober.name}: {set(prober.platforms) - known} are no platforms"


def check_examples(prober: Prober) -> None:
    """Examples are judged as they say, have well-formed targets and survive storage; the rules' names begin with the prober's."""
    examples = prober.examples()
    assert examples, f"{prober.name}: no examples"
    assert len({example.name for example in examples}) == len(examples), f"{prober.name}: two examples share a name"
    for example in examples:
        where = f"{prober.name}, example {example.name}"
        SubjectId.parse(example.target.subject)
        assert example.target.platform in prober.platforms, where
        assert isinstance(prober.host(example.target), str), where
        stored = Evidence.from_json(example.evidence.to_json())
        assert stored == example.evidence, f"{where}: evidence does not survive storage"
        verdict = prober.judge(example.target, stored)
        assert (verdict.state, verdict.rule) == (example.state, example.rule), f"{where}: {verdict}"
        assert verdict.rule.startswith(f"{prober.name}."), f"{where}: rule {verdict.rule!r}"
        if verdict.state in (State.MOVED, State.RENAMED):
            assert verdict.target, f"{where}: moved or renamed, and nothing said to where"


def check_silence_is_not_removal(prober: Prober) -> None:
    """No evidence, failures of the network and foreign codes never read as present or gone."""
    target = prober.examples()[0].target
    assert prober.judge(target, _evidence()).state in _SAYS_NOTHING, f"{prober.name} reads a state out of nothing"
    for failure in sorted({*FAILURES, "500", "502", "599", "no-such-code"} - {"name", "connect", "tls"}):
        evidence = _evidence(Exchange(f"GET {failure}", AT, failure))
        state = prober.judge(target, evidence).state
        assert state in _SAYS_NOTHING, f"{prober.name} reads {state} out of {failure!r}"


def check_judging_is_pure(prober: Prober) -> None:
    """Exchanges left out, repeated or blanked neither raise nor turn an ambiguous look into an end with full confidence."""
    for example in prober.examples():
        exchanges = example.evidence.exchanges
        variants = [exchanges[:n] for n in range(len(exchanges))]
        variants += [exchanges + exchanges, exchanges[::-1]]
        variants += [tuple(replace(one, marker="", facts={}) for one in exchanges)]
        variants += [tuple(replace(one, marker="\0" * 500, facts={"": ""}) for one in exchanges)]
        for variant in variants:
            evidence = Evidence(example.evidence.prober, example.evidence.vantage, tuple(variant))
            first, second = prober.judge(example.target, evidence), prober.judge(example.target, evidence)
            assert first == second, f"{prober.name}: judging twice gives two answers"
            if not variant:
                assert first.state not in GONE, f"{prober.name} reads an end out of nothing"


def _evidence(*exchanges: Exchange) -> Evidence:
    return Evidence("conformance/1", "test", exchanges)


def target_of(subject: str, handle: str | None = None, **options: object) -> Target:
    """A target for tests, from a subject id."""
    parsed = SubjectId.parse(subject)
    return Target(subject, parsed.platform, parsed.kind, parsed.native, handle, options)
