"""The console's languages: message catalogues (GNU gettext) read from text, and which one a reader gets.

A message without a translation is shown in English; a test keeps the catalogues whole. Not for: the languages of what was observed.
"""

import io
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from babel.core import Locale, negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

LANGUAGES = ("en", "fr", "de", "ar")


@cache
def catalogue(language: str) -> NullTranslations:
    """The messages of a language."""
    if language == "en":
        return NullTranslations()
    text = (files("actionday.console.web") / "languages" / f"{language}.po").read_bytes()
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(text), locale=language))
    compiled.seek(0)
    return Translations(compiled)


def direction(language: str) -> str:
    """`ltr` or `rtl`."""
    return str(Locale.parse(language).text_direction)


def chosen(asked: str | None, accepted: str) -> str:
    """The language that somebody chose, else the first of those that their browser asks for, else English."""
    if asked in LANGUAGES:
        return str(asked)
    return negotiate_locale(_preferred(accepted), LANGUAGES, sep="-") or "en"


def _preferred(accepted: str) -> list[str]:
    weighed = [_weighed(part) for part in accepted.split(",")[:20]]
    return [name for name, weight in sorted(weighed, key=lambda one: -one[1]) if name and weight > 0]


def _weighed(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip() for piece in part.split(";"))
    return name.split("-")[0].casefold(), _quality(parameters)


def _quality(parameters: Iterable[str]) -> float:
    for one in parameters:
        if one.startswith("q="):
            try:
                return float(one[2:])
            except ValueError:
                return 0.0
    return 1.0
