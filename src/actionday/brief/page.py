"""What a page is made of: blocks that the template knows how to print. Data only; no HTML but what `escape` made."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from markupsafe import Markup

from actionday.brief.escape import html
from actionday.brief.figures.frame import Frame


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph."""

    text: Markup
    kind: ClassVar[str] = "prose"


@dataclass(frozen=True, slots=True)
class Notice:
    """A boxed remark. `tone`: good | warn | stop | plain; the title says in words what the tone says in colour."""

    tone: str
    title: str
    text: Markup
    kind: ClassVar[str] = "notice"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table; a heading row spans it and names what follows."""

    cells: tuple[str, ...]
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A small table. `numeric` counts the columns, from the right, that are set flush right."""

    name: str
    caption: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    numeric: int = 0
    note: str = ""
    kind: ClassVar[str] = "table"

    @classmethod
    def of(
        cls, name: str, caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], numeric: int = 0
    ) -> "Table":
        """A table without heading rows."""
        return cls(name, caption, tuple(head), tuple(Row(tuple(r)) for r in rows), numeric)


@dataclass(frozen=True, slots=True)
class EstimateRow:
    """One estimate as it is printed: everything that it may not travel without. `notes` are the numbers of its caveats."""

    anchor: str
    title: str
    group: str
    value: str
    interval: str
    n: str
    method: str
    notes: tuple[int, ...]
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Estimates:
    """A table of estimates with the caveats its rows refer to. `folded` starts closed on screen; print opens it."""

    name: str
    caption: str
    rows: tuple[EstimateRow, ...]
    caveats: tuple[tuple[int, str], ...]
    folded: bool = False
    kind: ClassVar[str] = "estimates"


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture, what it says in words, and its data as a table. `draw` is called once for each width."""

    name: str
    title: str
    caption: Markup
    draw: Callable[[Frame], Markup]
    data: Table | None = None
    kind: ClassVar[str] = "figure"


@dataclass(frozen=True, slots=True)
class Items:
    """A list of short paragraphs."""

    items: tuple[Markup, ...]
    kind: ClassVar[str] = "items"


Block = Prose | Notice | Table | Estimates | Figure | Items


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the brief. `question` is what it answers, printed under its title."""

    name: str
    title: str
    question: str
    blocks: tuple[Block, ...] = field(default=())


def prose(template: str, *words: object) -> Prose:
    """A paragraph from a template with ``{}`` places; the words are escaped, the template is ours."""
    return Prose(fill(template, *words))


def fill(template: str, *words: object) -> Markup:
    """`template` with its ``{}`` places filled by escaped words."""
    return Markup(template).format(*(html(word) for word in words))  # noqa: S704 - only literals are passed
