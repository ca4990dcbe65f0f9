"""Find posts that say the same or nearly the same: `link` compares sketches, `observe` says how whole sets are made of kept texts."""

from functools import partial
from typing import Any

from actionday.link.near_texts_groups import Asked
from actionday.link.near_texts_groups import duplicates as find
from actionday.observe.fingerprint import seed_of, whole_shingle_sets
from actionday.records import Progress
from actionday.settings import Settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import open_home, pseudonym_key


def duplicates(settings: Settings, threshold: float, limit: int, progress: Progress) -> dict[str, Any]:
    """Groups of near-duplicate posts, the largest first; see docs/guide/duplicates.md. Raises UsageError for a threshold out of range."""
    home = open_home(settings.home)
    whole = None
    if home.policy.content == "text":
        whole = partial(whole_shingle_sets, seed=seed_of(pseudonym_key(settings.keys_of(home.path))))
    view = Archive(home, query_memory=settings.query_memory).view()
    return find(view, Asked(threshold, limit, whole), progress)
