"""What a subject is called here: ids, pseudonyms, handles and free names, found from whatever a person has in hand.

Also the patterns by which its names are found in cells, and the keyed hashes by which an import knows them again.
Not for: taking rows out (see `erasure`).
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from actionday.records import SubjectId, UsageError, first_word_hash, name_words, whole_name_hash

if TYPE_CHECKING:  # parsers read this file and do without a database
    from actionday.stores.archive.archive import Archive
    from actionday.stores.archive.view import View

ERASED = "[erased]"
_NOTHING = "[^\\x{0}-\\x{10FFFF}]"
_SHORTEST = 5  # shorter native ids and names are erased where they stand as such, not inside longer text


@dataclass(frozen=True, slots=True)
class Subject:
    """Everything a subject is called here: typed ids and pseudonyms, references, and free names."""

    ids: frozenset[str]
    references: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    hashed: frozenset[str] = frozenset()  # keyed hashes under which forwards keep its names

    @property
    def exact(self) -> list[str]:
        """Values that stand for the subject as a whole cell."""
        return sorted(self.ids | self.references | self.hashed)

    @property
    def words(self) -> str:
        """RE2 pattern of ids, native ids and handles as whole words: a letter or digit beside them makes another name.

        Groups 1 and 3 hold what stands around. Matches nothing when there is nothing to look for.
        """
        natives = {identity.split(":", 2)[2] for identity in self.ids}
        handles = {reference.partition(":@")[2] for reference in self.references}
        found = _longest_first(self.ids | self.references | natives | handles)
        return f"(?i)(^|[^\\pL\\pN])({'|'.join(found)})($|[^\\pL\\pN])" if found else _NOTHING

    @property
    def handles(self) -> str:
        """RE2 pattern of handles in cells that hold one name: the whole cell, or behind ``@`` or ``/``. Groups as in `words`."""
        found = _longest_first({reference.partition(":@")[2] for reference in self.references})
        return f"(?i)(^|[@/])({'|'.join(found)})($|[^\\pL\\pN_])" if found else _NOTHING

    @property
    def free(self) -> str:
        """RE2 pattern of free names, which match anywhere if they are long enough to mean somebody."""
        return "(?i)" + ("|".join(_longest_first(self.names)) or _NOTHING)


def _longest_first(words: frozenset[str] | set[str]) -> list[str]:
    fit = {word.casefold() for word in words if len(word) >= _SHORTEST}
    return [_quote(word) for word in sorted(fit, key=lambda word: (-len(word), word))]


def _quote(text: str) -> str:
    return "".join(character if character.isalnum() else f"\\x{{{ord(character):x}}}" for character in text)


def resolve(archive: "Archive", asked: str, names: frozenset[str] = frozenset()) -> Subject:
    """Find a subject by typed id, handle (``platform:@handle`` or ``@handle``) or display name; `names` are more of its names.

    Raises UsageError when a handle or a name is that of several subjects, or of none and so says nothing of whom.
    """
    if _is_id(asked):
        ids, references = {asked}, set()
    else:
        platform, sign, handle = asked.rpartition(":@") if ":@" in asked else ("", asked[:1], asked.lstrip("@"))
        ids = _subjects_called(archive, platform, handle, by_name=sign not in {":@", "@"})
        if len(ids) > 1:
            raise UsageError(f"{asked} was used by {len(ids)} subjects: {', '.join(sorted(ids))}; name one of them")
        if not ids and not platform:
            raise UsageError(
                f"nobody here is called {asked!r}; name the subject as platform:account:id, platform:channel:id or platform:@handle"
            )
        references = {f"{platform}:@{handle.casefold()}"} if platform else set()
    found = set(names)
    for row in _profiles(archive, ids):
        if row["handle"]:
            references.add(f"{row['platform']}:@{row['handle'].casefold()}")
            found.add(row["handle"])
        if row["name"]:
            found.add(row["name"])
    found |= {reference.partition(":@")[2] for reference in references}
    return Subject(frozenset(ids), frozenset(references), frozenset(found))


def seen_among(archive: "Archive", ids: Collection[str]) -> set[str]:
    """Those of the ids of which the archive has a profile, a look, a role or a post."""
    view, asked = archive.view(), sorted(ids)
    columns = (("accounts", "subject"), ("channels", "subject"), ("sightings", "subject"), ("memberships", "account"),
               ("posts", "channel"), ("posts", "author"))  # fmt: skip
    found: set[str] = set()
    for name, column in columns:
        table = view.table(name)
        rows = table.filter(table[column].isin(asked)).select(subject=table[column]).distinct()
        found |= set(view.arrow(rows)["subject"].to_pylist())
    return found


def called(view: "View", references: Collection[str]) -> dict[str, list[str]]:
    """By reference (`platform:@handle`): the ids of all subjects that ever went by it, sorted; none for one that nobody had."""
    found: dict[str, set[str]] = {one: set() for one in references}
    for name in ("accounts", "channels") if found else ():
        table = view.table(name)
        named = table.mutate(reference=table.platform + ":@" + table.handle.lower())
        rows = named.filter(named.reference.isin(sorted(found))).select("reference", "subject").distinct()
        for row in view.arrow(rows).to_pylist():
            found[row["reference"]].add(row["subject"])
    return {one: sorted(ids) for one, ids in found.items()}


def _is_id(asked: str) -> bool:
    try:
        SubjectId.parse(asked)
    except ValueError:
        return False
    return True


def _subjects_called(archive: "Archive", platform: str, handle: str, *, by_name: bool) -> set[str]:
    """Subjects that had the handle on the platform (any, if empty), or that display name."""
    view = archive.view()
    found: set[str] = set()
    for name, label in (("accounts", "display_name"), ("channels", "title")):
        table = view.table(name)
        same = table.handle.lower() == handle.casefold()
        if by_name:
            same = same | (table[label].lower() == handle.lower())
        if platform:
            same = same & (table.platform == platform)
        found |= set(view.arrow(table.filter(same).select("subject").distinct())["subject"].to_pylist())
    return found


def _profiles(archive: "Archive", ids: set[str]) -> Iterator[dict[str, str | None]]:
    """Platform, handle and display name of every profile of the subjects."""
    if not ids:
        return
    view = archive.view()
    for name, label in (("accounts", "display_name"), ("channels", "title")):
        table = view.table(name)
        rows = table.filter(table.subject.isin(sorted(ids))).select("platform", "handle", name=table[label])
        yield from view.arrow(rows.distinct()).to_pylist()


def name_hashes(subject: Subject, key: bytes) -> list[str]:
    """What an import compares the words of a text with: of each name its first word and the whole, as keyed hashes."""
    natives = {identity.split(":", 2)[2] for identity in subject.ids}
    hashes = set()
    for name in subject.names | natives | {reference.partition(":@")[2] for reference in subject.references}:
        words = [word for word, _, _ in name_words(name)]
        if sum(map(len, words)) >= _SHORTEST:
            hashes |= {first_word_hash(key, words[0]), whole_name_hash(key, words)}
    return sorted(hashes)


def names_among(archive: "Archive", targets: Collection[str]) -> dict[str, frozenset[str]]:
    """All typed ids and references under which targets are known here, each target itself among its own.

    A target is a typed id, a reference, or anything else (an address), which has no other name. A handle that several subjects had
    belongs to all of them.
    """
    view, names = (
        archive.view(),
        {target: {target, target.casefold()} if ":@" in target else {target} for target in targets},
    )
    ids = sorted(target for target in names if _is_id(target))
    handles = {target.casefold(): target for target in names if ":@" in target}
    for name in ("accounts", "channels"):
        table = view.table(name)
        known = (
            table.filter(table.handle.notnull()).select("subject", "platform", handle=table.handle.lower()).distinct()
        )
        reference = known.platform + ":@" + known.handle
        found = known.filter(known.subject.isin(ids) | reference.isin(sorted(handles)))
        for row in view.arrow(found).to_pylist():
            called = f"{row['platform']}:@{row['handle']}"
            if row["subject"] in names:
                names[row["subject"]].add(called)
            if called in handles:
                names[handles[called]].add(row["subject"])
    return {target: frozenset(found) for target, found in names.items()}
