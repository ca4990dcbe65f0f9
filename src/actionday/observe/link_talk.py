"""Talk of a platform: its name as a word in running text, for talk of a haven precedes the move to it.

Names that are also ordinary words (`element`, `signal`, `session`, `matrix`, ...) count only where they stand as a name:
with a capital letter inside a sentence and not in a heading, or after "join", "via", "use", "on" and the like and before
the end of the phrase or a word such as "app". Not for: links and handles, whose words do not count.
"""

import re

import polars as pl

from actionday.observe.link_patterns import FIND, without_invisible
from actionday.records import PLATFORMS

AMBIGUOUS = {
    "element": "matrix",
    "riot": "matrix",
    "matrix": "matrix",
    "signal": "signal",
    "session": "session",
    "conversations": "xmpp",
    "discord": "discord",
    "diaspora": "diaspora",
    "quitter": "gnusocial",
    "lemmy": "lemmy",
}
"""Words that are names only in the right place (English; the French verb "quitter" too)."""

_MORE = {
    "signal": ("سيجنال",),
    "threema": ("трима",),
    "rocketchat": ("rocket chat",),
    "vk": ("вк",),
    "whatsapp": ("whats app", "вотсап", "ватсап"),
    "telegram": ("تلجرام",),
    "youtube": ("ютуб",),
    "facebook": ("фейсбук",),
    "instagram": ("инстаграм",),
    "discord": ("дискорд", "ديسكورد"),
}
_ARABIC, _CYRILLIC = r"\u0620-\u06D3", r"\u0400-\u04FF"
_CUE = (
    r"(?:on|via|through|use|uses|using|join|joined|joining|install|installing|installed|download|downloading|"
    r"get|app|called|over|into)"
)
_NOUN = r"(?:app|apps|messenger|client|server|servers|room|rooms|group|groups|channel|channels|account|id|chat|link|network)"
_PHRASE_END = rf"(?:\s*(?:[.,;:!?)\n]|$)|\s+(?:and|or|instead|now|today|too|{_NOUN})(?:[^a-z]|$))"


def _words() -> dict[str, str]:
    """Every word, lower case, to its platform; the ambiguous apart."""
    plain = {
        alias: p.name for p in PLATFORMS for alias in (*p.aliases, *_MORE.get(p.name, ())) if alias not in AMBIGUOUS
    }
    return {word.lower(): name for word, name in plain.items()}


WORDS = _words()
_ALL = sorted({*WORDS, *AMBIGUOUS}, key=lambda word: (-len(word), word))
HINT = "(?i)" + "|".join(map(re.escape, _ALL))
"""Cheap test: a text without this holds no talk."""


def _of(script: str) -> str:
    return "|".join(re.escape(word) for word in _ALL if re.match(script, word) and word in WORDS)


_LATIN = _of("[a-z]")
_WHOLE = (
    rf"(?i)[a-z0-9_]*(?:{_LATIN})[a-z0-9_]*|[{_ARABIC}]*(?:{_of(f'[{_ARABIC}]')})[{_ARABIC}]*"
    rf"|[{_CYRILLIC}]*(?:{_of(f'[{_CYRILLIC}]')})[{_CYRILLIC}]*"
)
_ROCKET_CHAT = r"(?i)(^|[\s(,;:\"«])rocket\.chat([\s,;:!?)\"»]|\.\s|\.?$)"  # a name that looks like a host
_TWO_SENTENCES = r"([a-z])\.([A-Z][a-z])"  # "Telegram.Join us" is no host
_CLITIC = r"^(?:[وف])?(?:بال|كال|وال|فال|لل|ال|[بلك])?"
_CASE_ENDING = r"(?:а|е|у|ом|ы|ой|и)?$"
_AMB = "|".join(AMBIGUOUS)
_CAPITAL_AMB = "|".join(word.capitalize() for word in AMBIGUOUS)
# A capital inside a sentence, not in a heading: after a word in lower case, in a list ("Telegram, Element"), or in
# text of another script.
_AS_NAME = rf"(?:(?:^|[^A-Za-z])(?:[a-z0-9]+|(?i:{_CUE})) |[,/] ?|[{_ARABIC}{_CYRILLIC}] ?)(?:{_CAPITAL_AMB})(?-u:\b)"
_ARTICLE = r"^[^a-z]*(?:the|an?|this|that|each|every|next|last|first|our|my|his|her|their|per|one|no|any|of|some) "
_AFTER_CUE = rf"(?i)(?:^|[^a-z]){_CUE}(?: the| our| my)? (?:{_AMB}){_PHRASE_END}"


def find_talk(texts: pl.DataFrame) -> pl.DataFrame:
    """Rows (`row`) and `target_platform`: one row a platform that a text speaks of, ordered; of texts that have HINT."""
    clean = without_invisible(pl.col("text")).str.replace_all(_ROCKET_CHAT, "${1}rocketchat${2}")
    clean = clean.str.replace_all(_TWO_SENTENCES, "${1}. ${2}")
    texts = texts.select("row", text=clean.str.replace_all(FIND, " \ufffc "))
    spoken = pl.concat([_plain(texts), _ambiguous(texts, _AS_NAME), _ambiguous(texts, _AFTER_CUE)])
    return spoken.unique().sort("row", "target_platform")


def _plain(texts: pl.DataFrame) -> pl.DataFrame:
    """Names that are nothing else, as whole words; Arabic with its clitics, Russian with its case endings."""
    word = pl.col("word")
    found = texts.select("row", word=pl.col("text").str.extract_all(_WHOLE)).explode("word").drop_nulls()
    found = found.with_columns(word.str.to_lowercase().str.replace("'s$", ""))
    names, platforms = list(WORDS), list(WORDS.values())

    def known(form: pl.Expr) -> pl.Expr:
        return form.replace_strict(names, platforms, default=None, return_dtype=pl.String)

    forms = (word, word.str.replace(_CLITIC, ""), word.str.replace(_CASE_ENDING, ""), word.str.strip_suffix("s"))
    return found.select("row", target_platform=pl.coalesce(map(known, forms))).drop_nulls()


def _ambiguous(texts: pl.DataFrame, pattern: str) -> pl.DataFrame:
    """Names that are also words, where the pattern says they stand as names."""
    word = pl.col("word")
    found = texts.select("row", word=pl.col("text").str.extract_all(pattern)).explode("word").drop_nulls()
    found = found.filter(~word.str.contains(_ARTICLE))
    found = found.with_columns(word.str.extract(rf"(?i)(?:^|[^a-z])({_AMB})(?:[^a-z]|$)", 1).str.to_lowercase())
    platform = word.replace_strict(AMBIGUOUS, default=None, return_dtype=pl.String)
    return found.select("row", target_platform=platform).drop_nulls()
