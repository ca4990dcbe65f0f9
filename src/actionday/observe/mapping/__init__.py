"""The mapping TOML of foreign tables: parsed and checked, applied a column at a time, guessed for confirmation."""

from actionday.observe.mapping.apply import apply_mapping, as_text, take_text
from actionday.observe.mapping.guess import Guess, guess_mapping, mapping_toml
from actionday.observe.mapping.rules import FEEDABLE, GUIDE, Rows, Rule, parse_mapping, parse_rule

__all__ = [
    "FEEDABLE",
    "GUIDE",
    "Guess",
    "Rows",
    "Rule",
    "apply_mapping",
    "as_text",
    "guess_mapping",
    "mapping_toml",
    "parse_mapping",
    "parse_rule",
    "take_text",
]
