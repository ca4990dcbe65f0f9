"""Is a site still up? By DNS and RDAP; by its front page only where a person decided that the host may be spoken to.

Registrar (RDAP of the name), hoster (RDAP of the address), delivery network (who stands in front) and operator (a registrant
that says it is an organisation) are kept apart in the evidence, since each can do something else. A host that is run by
an adversary sees nothing of a look by DNS and RDAP alone. Not for: reading pages.
"""

from collections.abc import Sequence

from actionday.observe.host_signs import delivery_network
from actionday.observe.outside import Outside, Target
from actionday.observe.platforms.website.addresses import site_of
from actionday.observe.platforms.website.judging import judge
from actionday.observe.platforms.website.markers import PARKING_PHRASES, SUSPENSION_PHRASES, phrase_in
from actionday.observe.platforms.website.probe_examples import EXAMPLES
from actionday.observe.prober import ProbeExample
from actionday.observe.quiet import Quiet, facts_of
from actionday.observe.quiet_verdicts import Told
from actionday.records import Evidence, Exchange, Verdict
from actionday.wire import Answer

_MOST = 256 << 10
_HTML = {"Accept": "text/html,*/*;q=0.1"}


class WebsiteProber:
    """DNS, RDAP and, where it is allowed, the front page."""

    name = "website"
    title = "DNS, RDAP, and the front page where a person allowed contact"
    version = 1
    platforms = ("website",)
    extra = ""
    credentials: tuple[str, ...] = ()
    sees = (
        "Of DNS and RDAP the site sees nothing; resolver and registries see the question. Where contact is allowed the host sees this "
        "machine's address and the User-Agent."
    )

    def __init__(self) -> None:
        self._quiet = Quiet()

    def host(self, target: Target) -> str:
        """The site itself."""
        return target.native

    async def look(self, target: Target, outside: Outside) -> Evidence:
        """DNS first, then the registries, then the page."""
        exchanges = await self._quiet.look(target.native, outside)
        if Told.of(exchanges).resolves and target.options.get("contact", False) is True:
            exchanges += await _front_page(target.native, outside)
        return Evidence(f"{self.name}/{self.version}", outside.vantage, tuple(exchanges))

    def judge(self, target: Target, evidence: Evidence) -> Verdict:
        """See `judging`."""
        return judge(target, evidence)

    def examples(self) -> Sequence[ProbeExample]:
        """One for every rule."""
        return EXAMPLES


async def _front_page(site: str, outside: Outside) -> list[Exchange]:
    """The front page, by TLS and else without; one step within the site is followed, none to another host."""
    given = outside.base(f"website.{site}", "")
    exchanges: list[Exchange] = []
    for base in [given] if given else [f"https://{site}", f"http://{site}"]:
        answer = await outside.http.ask("GET", f"{base}/", headers=_HTML, max_bytes=_MOST)
        exchanges.append(_page(answer, site))
        if answer.status:
            onward = answer.headers.get("location", "")
            if answer.status in (301, 302, 303, 307, 308) and site_of(onward) == site and onward != answer.url:
                exchanges.append(_page(await outside.http.ask("GET", onward, headers=_HTML, max_bytes=_MOST), site))
            break
    return exchanges


def _page(answer: Answer, site: str) -> Exchange:
    text = answer.body.decode("utf-8", "replace")
    location = answer.headers.get("location", "")
    elsewhere = site_of(location) if location else None
    facts = facts_of(
        suspended=phrase_in(text, SUSPENSION_PHRASES),
        parked=phrase_in(text, PARKING_PHRASES),
        elsewhere=elsewhere if elsewhere and elsewhere != site else "",
        link=answer.headers.get("link", "")[:300] if answer.status == 451 else "",
        server=answer.headers.get("server", "")[:100],
        cdn=delivery_network(answer.headers.get("server", ""), answer.headers.get("via", "")),
    )
    marker = facts.get("suspended") or facts.get("parked") or facts.get("elsewhere") or ""
    return Exchange(f"GET {answer.url}", answer.at, answer.code, marker, answer.sha256, facts)
