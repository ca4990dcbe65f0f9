"""Takes in what users reported on the host's own servers, from the queue that the platform keeps. Such reports wake nobody, and nothing in the queue is changed.

Not for: the mailbox (`mailbox`).
"""

import asyncio
import json
from collections.abc import Callable, Sequence

from actionday.observe.outside import Outside
from actionday.observe.registry import live_readers
from actionday.observe.reports import Report, ReportReader
from actionday.playbook.receiving import Came, Desk, take_in
from actionday.records import ActiondayError, UsageError
from actionday.records.receipt import ReceivedBy
from actionday.settings import Settings
from actionday.wire import Http


async def take_reports(desk: Desk, http: Http, settings: Settings, say: Callable[[str], None]) -> int:
    """Take in what is new in every queue that the contact point names. Returns how many; what cannot be read is said, and tried again.

    Raises UsageError for a platform whose queue cannot be read here at all.
    """
    taken = 0
    outside = Outside(http, desk.clock, settings.vantage, settings.credentials, settings.bases)
    for platform, base in desk.point.reports.items():
        reader = live_readers().get(platform)
        if not isinstance(reader, ReportReader):
            raise UsageError(f"reports of {platform} are not read here; name another platform under [reports]")
        place = f"{platform}:{base}/"
        try:
            found = await reader.reports(base, _known(desk, place), outside)
        except ActiondayError as error:
            say(f"the reports of {base} cannot be read now: {error}")
            continue
        for report in found:
            taken += await asyncio.to_thread(_take, desk, place, report)
    return taken


def _known(desk: Desk, place: str) -> Sequence[str]:
    """Numbers in the queue that were taken in before."""
    sources = desk.casebook.receipts.sources(desk.actor, place)
    return [source.removeprefix(place) for source in sources]


def _take(desk: Desk, place: str, report: Report) -> bool:
    raw = json.dumps(report.said, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")
    source = f"{place}{report.id}"
    return take_in(desk, Came(raw, report.at, ReceivedBy.PLATFORM, source, f"report {source}"))[1] is not None
