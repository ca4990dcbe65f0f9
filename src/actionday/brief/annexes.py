"""Which annexes were written from a home: they name subjects, so they go when one is forgotten. Not for: their contents."""

import json
from pathlib import Path


def remember(home: Path, out: Path) -> None:
    """Note in the home's folder that the brief folder `out` holds an annex."""
    path = home / "annexes.json"
    known = set(json.loads(path.read_text("utf-8"))) if path.exists() else set()
    path.write_text(json.dumps(sorted(known | {str(out.resolve())})) + "\n", "utf-8")


def drop(home: Path) -> list[str]:
    """Delete every annex that was noted and return their paths; writing the brief again gives one without the subject."""
    path = home / "annexes.json"
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
