"""The clocks of Regulation (EU) 2021/784 and of the Digital Services Act, as data. Whoever prints one prints its `mark` with it.

What is `recalled` was not yet compared with the published text; forms that rest on it may not be sent as verified. Rows are never edited: a
changed law gets a new version. Not for: counting (`records.deadline`), or clocks of single hosts, which are data of the recipient.
"""

from collections.abc import Mapping
from datetime import timedelta

from actionday.records.deadline import Mark, Rule, Sense, Span, Unit

_TCO = "2022-06-07"
_DSA = "2024-02-17"
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_ANNEX = "Regulation (EU) 2021/784, Annex I, preamble; "

RULES: tuple[Rule, ...] = (
    Rule(
        "prior_information", 1, _TCO, "Tell a host about procedures and deadlines before its first order, unless it is an emergency.",
        Span(12, Unit.HOURS), "the information was sent", "Regulation (EU) 2021/784, Art. 3(2)", Mark.RECALLED,
        sense=Sense.NOT_BEFORE, ahead=(_HOUR,),
    ),
    Rule(
        "act", 1, _TCO, "Remove, or disable access in all Member States.",
        Span(1, Unit.HOURS), "receipt of the order", _ANNEX + "Art. 3(3); restart: Art. 3(7), (8), recalled", Mark.VERIFIED,
        stops=True, ahead=(timedelta(minutes=30), timedelta(minutes=10)),
    ),
    Rule(
        "feedback", 1, _TCO, "Say by Annex II or III what was done, or why it could not be done.",
        None, "the measure, or the impossibility", "Regulation (EU) 2021/784, Art. 3(6) to (8)", Mark.RECALLED,
    ),
    Rule(
        "scrutiny", 1, _TCO, "The home authority may scrutinise the order on its own motion.",
        Span(72, Unit.HOURS), "receipt of the copy", "Regulation (EU) 2021/784, Art. 4(3)", Mark.RECALLED,
        ahead=(_DAY, 4 * _HOUR),
    ),
    Rule(
        "scrutiny_request", 1, _TCO, "Host or content provider may ask the home authority for scrutiny.",
        Span(48, Unit.HOURS), "receipt of the order, or of the information about it", "Regulation (EU) 2021/784, Art. 4(4)", Mark.RECALLED,
        ahead=(_DAY, 4 * _HOUR),
    ),
    Rule(
        "scrutiny_decision", 1, _TCO, "The home authority decides on a request for scrutiny.",
        Span(72, Unit.HOURS), "receipt of the request", "Regulation (EU) 2021/784, Art. 4(4)", Mark.RECALLED,
        ahead=(_DAY, 4 * _HOUR),
    ),
    Rule(
        "preservation", 1, _TCO, "Content and related data are kept, then erased; longer only where an authority or a court says so.",
        Span(6, Unit.MONTHS), "removal", _ANNEX + "Art. 6", Mark.VERIFIED,
        sense=Sense.NOT_BEFORE, extensions=None, ahead=(7 * _DAY,),
    ),
    Rule(
        "non_disclosure", 1, _TCO, "The content provider is not told, for reasons of public security.",
        Span(6, Unit.WEEKS), "the decision not to disclose", "Regulation (EU) 2021/784, Art. 11(3)", Mark.RECALLED,
        sense=Sense.NOT_BEFORE, extensions=1, ahead=(7 * _DAY, _DAY),
    ),
    Rule(
        "complaint", 1, _TCO, "Answer a complaint about a measure taken under Art. 5.",
        Span(2, Unit.WEEKS), "receipt of the complaint", "Regulation (EU) 2021/784, Art. 10", Mark.RECALLED,
        ahead=(3 * _DAY, _DAY),
    ),
    Rule(
        "threat_to_life", 1, _TCO, "Tell the competent authority promptly of an imminent threat to life.",
        None, "awareness", "Regulation (EU) 2021/784, Art. 14(5)", Mark.RECALLED,
    ),
    Rule(
        "notice_receipt", 1, _DSA, "Confirm receipt of a notice without undue delay.",
        None, "receipt of the notice", "Regulation (EU) 2022/2065, Art. 16(4)", Mark.RECALLED,
    ),
    Rule(
        "notice_decision", 1, _DSA, "Decide on a notice in a timely manner and tell the notifier, with ways of redress.",
        None, "receipt of the notice", "Regulation (EU) 2022/2065, Art. 16(5) and (6)", Mark.RECALLED,
    ),
)  # fmt: skip
"""Every clock; the newest version of each name is the last one."""

CLOCKS: Mapping[str, Rule] = {rule.name: rule for rule in RULES}
"""The newest version of each."""
