"""Which annexes were written from a home: they name subjects, so they go when one is forgotten."""

import json
from pathlib import Path

from actionday.stores.archive.home import Home


def remember_annex(home: Home, out: Path) -> None:
    """Note that the brief in `out` has an annex."""
    path = home.path / "annexes.json"
    known = set(json.loads(path.read_text("utf-8"))) if path.exists() else set()
    path.write_text(json.dumps(sorted(known | {str(out.resolve())})) + "\n", "utf-8")


def drop_annexes(home: Home) -> list[str]:
    """Annexes name subjects, so they go when one is forgotten; writing the brief again gives one without it."""
    path = home.path / "annexes.json"
    if not path.exists():
        return []
    gone = []
    for folder in json.loads(path.read_text("utf-8")):
        annex = Path(folder) / "annex.html"
        if annex.exists():
            annex.unlink()
            gone.append(str(annex))
    path.unlink()
    return gone
