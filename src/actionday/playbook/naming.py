"""Which subject a person means by an id or a handle, under the name that the archive keeps it by. Not for: forgetting (`stores.archive.subjects`)."""

from actionday.records import SubjectId, UsageError, pseudonym
from actionday.settings import Settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import pseudonym_key
from actionday.stores.archive.subjects import resolve, seen_among


def subject_called(settings: Settings, archive: Archive, asked: str) -> SubjectId:
    """The subject of an id or a handle as the archive knows it: people without a role go by their pseudonym.

    Raises UsageError, with the reason, for a handle that nobody or more than one had, and for what is neither.
    """
    found = resolve(archive, asked)
    if not found.ids:
        raise UsageError(f"no profile here had {asked}; name the subject as platform:account:id or platform:channel:id")
    (identity,) = found.ids
    hidden = pseudonym(pseudonym_key(settings.keys_of(settings.home)), identity)
    seen = seen_among(archive, {identity, hidden})
    return SubjectId.parse(hidden if hidden in seen and identity not in seen else identity)
