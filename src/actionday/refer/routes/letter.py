"""By post: a letter to print, sign and send, for platforms that take letters. A person does it and says so."""

from collections.abc import Sequence

from actionday.refer.bundle import DONE, hand_over, read_done
from actionday.refer.forms import PlatformLetter, document
from actionday.refer.forms.examples import example_package
from actionday.refer.package import Kind, Language
from actionday.refer.route import Errand, Parcel, Receipt, RouteKind

_STEPS = f"""
What to do
1. Print the PDF, sign it, and post it once to the address on it.
2. Keep the slip of the post, scanned, as a file in this folder.
3. Fill in {DONE}: `sent` when it was posted, `received` when you hold the return receipt.
"""


class Letter:
    """The last step is a person's: `send` writes a folder with the letter, `settle` reads when it was posted or received."""

    name = "letter"
    title = "A letter to print, sign and post"
    kind = RouteKind.REFER
    carries: tuple[Kind, ...] = (Kind.LETTER,)
    by_person = True
    sees = "The post sees the address; the recipient sees the letter."
    tested = "Folders written, filled in and read back; pages compared with images that were looked at."
    extra = ""
    credentials: tuple[str, ...] = ()

    async def send(self, parcel: Parcel, errand: Errand) -> Receipt:
        """Write the folder. Raises UsageError for anything but letters, InputError where another parcel has its name."""
        return hand_over(self, parcel, errand, _STEPS)

    async def settle(self, key: str, errand: Errand) -> Receipt | None:
        """What the person filled in. Raises InputError naming the file and what to mend."""
        return read_done(key, errand)

    def examples(self) -> Sequence[Parcel]:
        """A letter in each language."""
        made = []
        for language in Language:
            package = example_package(Kind.LETTER, language, f"UNIT-2026-0043-{language}")
            told = (document(PlatformLetter.of(package), language),)
            made.append(
                Parcel(f"example-{language}", "example", package.reference, package.recipient, told, (package,))
            )
        return made
