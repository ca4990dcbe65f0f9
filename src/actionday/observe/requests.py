"""Sources and parts as JSON: what the main process asks of a parser process."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from actionday.observe.reader import Part, Source


def source_json(source: Source) -> dict[str, Any]:
    """A Source as JSON-able values."""
    return {
        **asdict(source),
        "path": str(source.path),
        "media_root": str(source.media_root) if source.media_root else None,
        "seen_at": source.seen_at.isoformat() if source.seen_at else None,
    }


def source_from(values: Mapping[str, Any]) -> Source:
    """The Source that `source_json` wrote down."""
    seen_at, media_root = values["seen_at"], values["media_root"]
    return Source(
        path=Path(values["path"]),
        name=values["name"],
        zone=values["zone"],
        mapping=values["mapping"],
        seen_at=datetime.fromisoformat(seen_at) if seen_at else None,
        vantage=values["vantage"],
        private_basis=values["private_basis"],
        media_root=Path(media_root) if media_root else None,
    )


def part_from(values: Mapping[str, Any]) -> Part:
    """The Part that `dataclasses.asdict` wrote down."""
    return Part(**values)
