"""Pages from templates: everything from outside goes through the brief's escaping, addresses are defanged, words are translated."""

import json
import re
from datetime import datetime
from functools import cache
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from actionday.brief.escape import defang, html
from actionday.console.web.languages import LANGUAGES, catalogue, chosen, direction
from actionday.console.web.sessions import Session

COOKIE_LANGUAGE = "language"


@cache
def environment() -> Environment:
    """Templates, every value of which is escaped by the brief's own function."""
    made = Environment(
        loader=PackageLoader("actionday.console.web"),
        autoescape=True,
        finalize=_finalised,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.filters["moment"] = _moment
    made.filters["defanged"] = _defanged
    made.filters["row"] = _row
    made.filters["pieces"] = _pieces
    made.filters["label"] = lambda name: name.replace("_", " ")
    return made


def page(request: Request, name: str, session: Session | None, status: int = 200, **told: Any) -> HTMLResponse:  # noqa: ANN401 - what a template shows
    """Render a template for whoever asks."""
    language = language_of(request)
    messages = catalogue(language)
    shown = None
    if session is not None:
        shown, session.shown = session.shown, None
    text = (
        environment()
        .get_template(name)
        .render(
            _=messages.gettext,
            gettext=messages.gettext,
            ngettext=messages.ngettext,
            language=language,
            languages=LANGUAGES,
            direction=direction(language),
            session=session,
            path=request.url.path,
            shown=shown,
            permissions=() if session is None else session.actor.permissions,
            **told,
        )
    )
    return HTMLResponse(text, status)


def to(place: str) -> RedirectResponse:
    """Go on to one of our own pages."""
    return RedirectResponse(place, 303)


def language_of(request: Request) -> str:
    """The language of whoever asks."""
    return chosen(request.cookies.get(COOKIE_LANGUAGE), request.headers.get("accept-language", ""))


def _finalised(value: object) -> object:
    return "" if value is None else html(value)


_ADDRESS = re.compile(r"\b(?:https?|ftp)://\S+|\bwww\.\S+", re.IGNORECASE)


def _defanged(value: object) -> str:
    """Words in which no address is one that a program would follow."""
    return _ADDRESS.sub(lambda found: defang(found[0]), str(value))


_FIRST = ("text", "title", "display_name", "handle", "bio", "description", "url", "posted_at", "state", "at", "seen_at")
_KNOWN = frozenset({"ingest", "native", "platform", "subject", "author"})


def _row(line: str) -> dict[str, str]:
    """A row of frozen evidence as words by name: what it says first, without what is empty or says only which row it is."""
    told = {name: value for name, value in json.loads(line).items() if value not in (None, "", [], {})}
    order = [name for name in _FIRST if name in told]
    order += [name for name in told if name not in order and name not in _KNOWN]
    return {name: _said(told[name]) for name in order}


def _pieces(pieces: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Pieces of evidence, what was said first."""
    order = ("posts", "accounts", "channels", "media", "links")
    place = {f"archive/{name}.jsonl": number for number, name in enumerate(order)}
    return sorted(pieces, key=lambda one: (place.get(one["name"], len(order)), one["name"]))


def _said(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _moment(value: str | datetime | None) -> str:
    """A time as people read it, in UTC."""
    if not value:
        return ""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{at:%Y-%m-%d %H:%M} UTC"
