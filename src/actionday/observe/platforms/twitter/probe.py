"""Is an account still up? By the API v2's look-up of one user, with a bearer token of one's own.

By numeric id where it is known: a handle may have changed hands. Errors come with HTTP 200 and all under one `type`, so title and
detail tell them apart. What the account's own tweets say is not asked. Not for: bulk compliance, whose results are a reader's.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from actionday.observe.outside import Outside, Target
from actionday.observe.platforms.twitter.probe_examples import EXAMPLES
from actionday.observe.platforms.twitter.verdicts import judge
from actionday.observe.prober import ProbeExample
from actionday.records import Evidence, Exchange, Verdict
from actionday.wire import Answer

API = "https://api.x.com"
TOKEN = "twitter.bearer"  # noqa: S105 - the name of a credential
_FIELDS = "user.fields=created_at,protected,public_metrics,withheld"


class TwitterProber:
    """Looks up one user at a time."""

    name = "twitter"
    title = "API v2 user look-up"
    version = 1
    platforms = ("twitter",)
    extra = ""
    credentials = (TOKEN,)
    sees = "X sees whose token looks up which account; the account sees nothing."

    def host(self, target: Target) -> str:
        """The API."""
        return "api.x.com"

    async def look(self, target: Target, outside: Outside) -> Evidence:
        """One request. Raises UsageError without a token, HostResting where the API wants rest."""
        token = outside.need(TOKEN)
        base = outside.base("twitter", API).rstrip("/")
        handle = target.native.removeprefix("@")
        which = f"by/username/{quote(handle, safe='')}" if target.native.startswith("@") else quote(handle, safe="")
        headers = {"Authorization": f"Bearer {token.reveal()}"}
        answer = await outside.http.ask("GET", f"{base}/2/users/{which}?{_FIELDS}", headers=headers)
        _rest(answer, outside)
        return Evidence(f"{self.name}/{self.version}", outside.vantage, (_exchange(answer),))

    def judge(self, target: Target, evidence: Evidence) -> Verdict:
        """See `verdicts`."""
        return judge(target, evidence)

    def examples(self) -> Sequence[ProbeExample]:
        """One for every rule."""
        return EXAMPLES


def _rest(answer: Answer, outside: Outside) -> None:
    """X says until when it wants rest in a header of its own."""
    until = answer.headers.get("x-rate-limit-reset", "")
    if answer.status == 429 and until.isdigit() and len(until) <= 10:
        outside.budget.hold(urlsplit(answer.url).netloc, datetime.fromtimestamp(int(until), UTC))


def _exchange(answer: Answer) -> Exchange:
    told = answer.json()
    page = told if isinstance(told, dict) else {}
    errors = page.get("errors")
    error = next((one for one in errors if isinstance(one, dict)), {}) if isinstance(errors, list) else {}
    found = page.get("data")
    facts = _facts(found if isinstance(found, dict) else {}, error or page)
    marker = f"{facts.get('title', '')}: {facts.get('detail', '')}" if "title" in facts else ""
    return Exchange(f"GET {answer.url}", answer.at, answer.code, marker, answer.sha256, facts)


def _facts(found: Mapping[str, Any], error: Mapping[str, Any]) -> dict[str, str]:
    withheld = found.get("withheld")
    countries = withheld.get("country_codes") if isinstance(withheld, dict) else None
    said = {
        "id": found.get("id"),
        "username": found.get("username"),
        "created_at": found.get("created_at"),
        "protected": "yes" if found.get("protected") is True else None,
        "withheld": " ".join(sorted(map(str, countries))) if isinstance(countries, list) else None,
        "title": error.get("title"),
        "detail": error.get("detail"),
    }
    return {name: value[:300] for name, value in said.items() if isinstance(value, str) and value}
