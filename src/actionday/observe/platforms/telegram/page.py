"""The public pages of t.me, by the marks in them: what anybody may see without an account.

Marks and texts are those that third-party checkers rely on; Telegram documents none of them, and they may change any day. Not for: states.
"""

import re

from actionday.observe.outside import Outside, Target
from actionday.observe.platforms.telegram.account import PAGES, Wanted
from actionday.records import Exchange
from actionday.wire import Answer

_HTML = {"Accept": "text/html"}
_MOST = 512 << 10
MARKS = (
    "tgme_channel_info",
    "tgme_widget_message_wrap",
    "tgme_page_title",
    "tgme_page_extra",
    "tgme_icon_user",
    "tgme_widget_message_error",
)
TERMS, CONTACT = "violated telegram's terms of service", "if you have telegram, you can contact"
_EXTRA = re.compile(r'class="tgme_page_extra"[^>]*>\s*([^<]{1,100})')


async def look(target: Target, who: Wanted, outside: Outside) -> list[Exchange]:
    """The channel's preview where it is one, else the page of its name. Nothing where no name is known."""
    base = outside.base(PAGES, "https://t.me").rstrip("/")
    name = f"+{who.invite}" if who.invite else who.name
    if not name:
        return []
    said = []
    if target.kind == "channel" and not who.invite:
        said.append(
            _exchange(await outside.http.ask("GET", f"{base}/s/{name}", headers=_HTML, max_bytes=_MOST), "preview")
        )
        if said[0].code == "200" or not said[0].code.startswith("3"):
            return said  # the preview itself, or no answer at all
    said.append(_exchange(await outside.http.ask("GET", f"{base}/{name}", headers=_HTML, max_bytes=_MOST), "page"))
    return said


def _exchange(answer: Answer, which: str) -> Exchange:
    text = answer.body.decode("utf-8", "replace")
    folded = " ".join(text.replace("’", "'").replace("&#39;", "'").replace("&#039;", "'").lower().split())
    marks = [mark for mark in MARKS if mark in folded]
    marks += [name for name, phrase in (("terms", TERMS), ("contact", CONTACT)) if phrase in folded]
    extra = _EXTRA.search(text)
    facts = {"extra": " ".join(extra[1].split())} if extra else {}
    return Exchange(f"{which} {answer.url}", answer.at, answer.code, " ".join(marks), answer.sha256, facts)
