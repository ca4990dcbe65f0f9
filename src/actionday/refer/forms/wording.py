"""The fixed texts of the forms, a file per language under `texts/`. Every language has the same keys (tested).

Not for: anything that a person wrote, which is never looked up, translated or evaluated.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from actionday.refer.package import Language


@cache
def texts(language: Language) -> Mapping[str, Any]:
    """The tables of one language: `form`, `section`, `field`, `box`, `stamp`, `word`."""
    return tomllib.loads((files("actionday.refer.forms") / "texts" / f"{language}.toml").read_text("utf-8"))


def say(language: Language, table: str, key: str, **told: str) -> str:
    """One fixed text. ``{names}`` in it are replaced once, by plain replacement: what is put in is not looked into again.

    In a text that runs from right to left what is put in is isolated (U+2068, U+2069), so that it neither turns nor is turned.
    """
    first, last = ("\u2068", "\u2069") if language is Language.ARABIC else ("", "")
    text: str = texts(language)[table][key]
    pieces = text.split("{")
    made = [pieces[0]]
    for piece in pieces[1:]:
        name, _, rest = piece.partition("}")
        made += [first, told[name], last, rest]
    return "".join(made)
