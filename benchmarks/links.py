"""Link extraction beside its peers: `python -m benchmarks.links [--texts 5000000] [--runs 5]`.

The same work means: find every span that may be a link, handle, address or platform name, and say of each what it leads
to. The peer `re` does it the way one would by hand in Python: one compiled alternation (ours, in Python's dialect), then
plain functions per find; the scan for platform names is a second `finditer`, as ours is. `re, links only` leaves the
names out and uses a far simpler pattern. ural and URLExtract find URLs only and name no account: they do less, and are
timed so. Slow peers get a subsample; all figures are texts per second, medians of interleaved runs.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import feather

from actionday.observe.extract import extract_from_texts
from actionday.observe.link_patterns import FIND, TRIGGER
from actionday.observe.link_talk import HINT
from benchmarks.link_texts import Planted, planted_texts
from benchmarks.results import write_result

SIMPLE = (
    r"(?i)(?:h(?:tt|xx)ps?://[^\s<>\"']+|(?:[a-z0-9][a-z0-9-]*(?:\.|\[\.\]|\(\.\)))+(?:me|org|com|net|to|io|ru|de|tv|gg)"
    r"(?:/[^\s<>\"']*)|(?:^|[^\w@./])@[a-z][a-z0-9_]{3,31}|xmpp:[^\s]+)"
)
PEER_FIND, PEER_SIMPLE = re.compile(FIND), re.compile(SIMPLE)
PEER_TRIGGER, PEER_HINT = re.compile(TRIGGER), re.compile(HINT)
Find = tuple[str, str | None, str | None, str | None]


def parsed(piece: str) -> Find | None:
    """One find as kind, target, platform and url, in plain Python: the same decisions for the forms in the texts."""
    piece = piece.strip(" \t\n(.,;:!?)'")
    if piece.startswith("@"):
        name, colon, server = piece[1:].partition(":")
        if colon:
            return "address", f"matrix:account:@{name.lower()}:{server.lower()}", "matrix", None
        return "handle", f"telegram:@{name.lower()}", "telegram", None
    if piece.lower().startswith("xmpp:"):
        bare = piece[5:].partition("?")[0].lower()
        return "address", f"xmpp:channel:{bare}", "xmpp", piece
    if "@" in piece.partition("/")[0] and "://" not in piece:
        return None
    plain = piece.replace("[.]", ".").replace("(.)", ".")
    plain = re.sub(r"^h(?:xx|tt)p(s?)://", r"http\1://", plain, flags=re.IGNORECASE)
    parts = urlsplit(plain if "://" in plain else f"https://{plain}")
    host = (parts.hostname or "").removeprefix("www.")
    if "." not in host or host.rpartition(".")[2] in {"g", "e"}:
        return None
    query = "&".join(item for item in parts.query.split("&") if item and not item.startswith("utm_"))
    url = f"{parts.scheme}://{parts.netloc.lower()}{parts.path}" + (f"?{query}" if query else "")
    return of_host(host, parts.path, parts.fragment, url)


def of_host(host: str, path: str, fragment: str, url: str) -> Find:
    steps = path.strip("/").split("/")
    if host == "t.me":
        if steps[0].startswith("+"):
            return "invite", f"telegram:+{steps[0][1:]}", "telegram", url
        if steps[0] == "joinchat":
            return "invite", f"telegram:+{steps[1]}", "telegram", url
        return "url", f"telegram:@{steps[0].lower()}", "telegram", url
    if host == "matrix.to":
        return "url", f"matrix:channel:{fragment.strip('/')}", "matrix", f"{url}#{fragment}"
    return "url", f"website:channel:{host}", "website", url


def peer_re(texts: list[str]) -> int:
    finds = [parsed(match) for text in texts if PEER_TRIGGER.search(text) for match in PEER_FIND.findall(text)]
    _ = {(n, match.group().lower()) for n, text in enumerate(texts) for match in PEER_HINT.finditer(text)}  # the talk
    return sum(find is not None for find in finds)


def peer_re_simple(texts: list[str]) -> int:
    finds = [parsed(match) for text in texts for match in PEER_SIMPLE.findall(text)]
    return sum(find is not None for find in finds)


def peers() -> Iterator[tuple[str, int, Callable[[list[str]], int]]]:
    """Name, texts in the subsample, and the work."""
    yield "re", 20_000, peer_re
    yield "re, links only", 100_000, peer_re_simple
    try:
        from ural import urls_from_text

        yield "ural (URLs only)", 50_000, lambda texts: sum(1 for text in texts for _ in urls_from_text(text))
    except ImportError:
        print("ural is not installed: skipped", file=sys.stderr)
    try:
        from urlextract import URLExtract

        found = URLExtract()
        yield "urlextract (URLs only)", 2_000, lambda texts: sum(len(found.find_urls(text)) for text in texts)
    except ImportError:
        print("urlextract is not installed: skipped", file=sys.stderr)


def timed(work: Callable[[], int]) -> tuple[float, int]:
    """Wall seconds and finds."""
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def ours(texts: pa.Array, platforms: pa.Array) -> int:
    kinds = extract_from_texts(texts, platforms=platforms)["kind"]
    return int(pc.sum(pc.not_equal(kinds, "talk")).as_py())


@dataclass(frozen=True, slots=True)
class Rate:
    """What one contestant did: texts, median seconds, finds, and how many had been planted."""

    texts: int
    seconds: float
    found: int
    planted: int

    @property
    def per_second(self) -> float:
        """Texts a second."""
        return self.texts / self.seconds


def compare(planted: Planted, runs: int) -> dict[str, Rate]:
    """Median texts a second of each, the runs interleaved; the first run of each, which compiles, is not counted."""
    n = len(planted.texts)
    platforms = pa.repeat(pa.scalar("telegram"), n)
    work: list[tuple[str, int, Callable[[], int]]] = [("actionday", n, lambda: ours(planted.texts, platforms))]
    for name, size, find in peers():
        some = planted.texts.slice(0, size).to_pylist()
        work.append((name, len(some), partial(find, some)))
    seconds: dict[str, list[float]] = {name: [] for name, _, _ in work}
    found: dict[str, int] = {}
    for run in range(runs + 1):
        for name, _, find_all in work:
            taken, found[name] = timed(find_all)
            if run:
                seconds[name].append(taken)
    return {
        name: Rate(size, statistics.median(seconds[name]), found[name], int(planted.counts[:size].sum()))
        for name, size, _ in work
    }


def peak_memory(texts: pa.Array) -> tuple[int, int]:
    """Resident MB of a process that holds the texts, and its peak while it extracts from them."""
    code = (
        "import psutil, resource, sys; import pyarrow as pa; from benchmarks.links import ours;"
        "t = pa.ipc.open_file(pa.OSFile(sys.argv[1])).get_batch(0)['t']; p = pa.repeat(pa.scalar('telegram'), len(t));"
        "before = psutil.Process().memory_info().rss; ours(t, p);"
        "print(before >> 20, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10)"
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "texts.arrow"
        feather.write_feather(pa.table({"t": texts}), file, compression="uncompressed", chunksize=len(texts))
        command = [sys.executable, "-c", code, str(file)]
        root = Path(__file__).parents[1]
        out = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
    before, after = out.split()
    return int(before), int(after)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=5_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    planted = planted_texts(options.texts)
    print(f"{options.texts:,} texts, {planted.texts.nbytes / 1e6:,.0f} MB, {os.cpu_count()} cores, {options.runs} runs")
    rates = compare(planted, options.runs)
    base = rates["actionday"]
    for name, rate in rates.items():
        print(
            f"{name:24s} {rate.per_second:12,.0f} texts/s  finds {rate.found:>9,} of {rate.planted:>9,}"
            f"  actionday is {base.per_second / rate.per_second:8.1f} times as fast"
        )
    before, after = peak_memory(planted.texts)
    print(f"memory: {after:,} MB while extracting, {before:,} MB of it held before (the texts)")
    result = {
        "texts": options.texts,
        "runs": options.runs,
        "texts_per_second": {name: round(rate.per_second) for name, rate in rates.items()},
        "found": {name: [rate.found, rate.planted] for name, rate in rates.items()},
        "ratio": {
            name: round(base.per_second / rate.per_second, 1) for name, rate in rates.items() if name != "actionday"
        },
        "peak_mb": after,
        "peak_mb_of_texts_alone": before,
    }
    write_result(options.json, "python -m benchmarks.links", result)


if __name__ == "__main__":
    main()
