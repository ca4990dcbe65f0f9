"""By hand: the whole bundle in a folder, for any host's own form, portal or counter. A person does it and says so."""

from collections.abc import Sequence

from actionday.refer.bundle import DONE, hand_over, read_done
from actionday.refer.forms import Referral, document
from actionday.refer.forms.examples import example_package
from actionday.refer.package import Kind, Language
from actionday.refer.route import Errand, Parcel, Receipt, RouteKind

_STEPS = f"""
What to do
1. Read the PDF. It is what was approved: change nothing in it.
2. Bring it to the recipient once, by the way that the recipient asks for. The .txt file is the same for a form's text field, the .json file for
   a program, sheet.csv for a list; a referral's first line stays its first line.
3. Keep what shows that you did it (a screenshot, the confirmation, a ticket number) as a file in this folder.
4. Fill in {DONE}. Until then nobody counts it as sent, and nobody sends it again.
"""


class ByHand:
    """The last step is a person's: `send` writes the folder and leaves the parcel queued, `settle` reads what they did."""

    name = "by_hand"
    title = "A folder for a person who brings it to the recipient"
    kind = RouteKind.REFER
    carries: tuple[Kind, ...] = (Kind.REFERRAL, Kind.NOTICE, Kind.LETTER, Kind.ORDER, Kind.FEEDBACK, Kind.IMPOSSIBILITY)
    by_person = True
    sees = "Whoever can read the folder sees the whole bundle; the recipient sees what the person hands over."
    tested = "Folders written, filled in and read back, with every mistake that a person can make in them."
    extra = ""
    credentials: tuple[str, ...] = ()

    async def send(self, parcel: Parcel, errand: Errand) -> Receipt:
        """Write the folder. Raises UsageError for a foreign kind, InputError where another parcel has its name."""
        return hand_over(self, parcel, errand, _STEPS)

    async def settle(self, key: str, errand: Errand) -> Receipt | None:
        """What the person filled in. Raises InputError naming the file and what to mend."""
        return read_done(key, errand)

    def examples(self) -> Sequence[Parcel]:
        """A referral in each language."""
        made = []
        for language in Language:
            package = example_package(Kind.REFERRAL, language, f"UNIT-2026-0042-{language}")
            told = (document(Referral.of(package), language),)
            made.append(
                Parcel(f"example-{language}", "example", package.reference, package.recipient, told, (package,))
            )
        return made
