"""A prober for tests: it knocks at a loopback server and reads its status. Run as a program, it is a round that can be killed.

python -m tests.observe.knocking HOME VANTAGE URL…
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from actionday import playbook
from actionday.observe.outside import Outside, Target
from actionday.observe.prober import ProbeExample
from actionday.playbook.reaching import Means
from actionday.records import Evidence, Exchange, Silent, State, SystemClock, Verdict
from actionday.settings import Settings
from actionday.wire import Limits

READING = {
    "200": (State.PRESENT, 0.99),
    "410": (State.CLOSED_UNKNOWN_ACTOR, 0.9),
    "301": (State.MOVED, 0.9),
}


@dataclass
class Knock:
    """Asks one of several servers, by the subject's number."""

    urls: tuple[str, ...]
    name: str = "knock"
    title: str = "Knocking"
    version: int = 1
    platforms: tuple[str, ...] = ("website",)
    extra: str = ""
    credentials: tuple[str, ...] = ()
    sees: str = "a request"

    def _url(self, target: Target) -> str:
        return self.urls[sum(target.native.encode()) % len(self.urls)]

    def host(self, target: Target) -> str:
        return self._url(target)

    async def look(self, target: Target, outside: Outside) -> Evidence:
        if target.native == "broken.example":
            raise RuntimeError("a fault of the prober's own")
        answer = await outside.http.ask("GET", f"{self._url(target)}/{target.native}")
        facts = {"location": answer.headers["location"]} if "location" in answer.headers else {}
        exchange = Exchange(answer.url, answer.at, answer.code, body_sha256=answer.sha256, facts=facts)
        return Evidence("knock/1", outside.vantage, (exchange,))

    def judge(self, target: Target, evidence: Evidence) -> Verdict:
        code = evidence.exchanges[-1].code if evidence.exchanges else ""
        state, confidence = READING.get(code, (State.UNREACHABLE, 0.0))
        to = evidence.exchanges[-1].facts.get("location") if state is State.MOVED else None
        found = target.native if state is State.PRESENT else None
        return Verdict(state, f"knock.{code or 'nothing'}", confidence, target=to, identity=found)

    def examples(self) -> Sequence[ProbeExample]:
        return ()


def settings(home: Path, vantage: str = "test") -> Settings:
    """Settings under which websites may be knocked at, loopback included."""
    return Settings(home=home, by="tester", reach=("website",), vantage=vantage, own_network=True)


def main() -> None:
    """One round over who is due."""
    home, vantage, *urls = sys.argv[1:]
    means = Means(SystemClock(), Silent(), limits=Limits(at_once=2, apart=0.0), probers={"knock": Knock(tuple(urls))})
    playbook.probe(settings(Path(home), vantage), (), None, means)


if __name__ == "__main__":
    main()
