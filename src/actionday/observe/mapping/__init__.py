"""The mapping TOML of foreign tables: parsed and checked, applied a column at a time, guessed for confirmation."""

from actionday.observe.mapping.apply import apply_mapping, as_text, chosen_rows, make_columns, to_staged
from actionday.observe.mapping.guess import Guess, guess_mapping, mapping_toml
from actionday.observe.mapping.reading import read_mapped
from actionday.observe.mapping.rules import FEEDABLE, GUIDE, Rows, Rule, parse_mapping, parse_rule

__all__ = [
    "FEEDABLE",
    "GUIDE",
    "Guess",
    "Rows",
    "Rule",
    "apply_mapping",
    "as_text",
    "chosen_rows",
    "guess_mapping",
    "make_columns",
    "mapping_toml",
    "parse_mapping",
    "parse_rule",
    "read_mapped",
    "to_staged",
]
