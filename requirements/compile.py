"""Compile the lock files: every version and hash, no host. Run by `make locks`."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
LOCKS: dict[str, list[str]] = {
    "dev": ["--all-extras", "--group", "dev"],
    "base": ["--group", "build"],
    "bench": ["--all-extras", "--group", "dev", "--group", "bench"],
    "servers": ["--group", "pyproject.toml:servers"],
}
ALONE = ("servers",)
"""Environments without the product: what tests start as services."""
FLAGS = [
    "--universal",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-annotate",
    "--no-header",
    "--python-version",
    "3.11",
    "--quiet",
]


def main() -> None:
    """Compile dev first; base and bench are held to its versions."""
    for name, extra in LOCKS.items():
        out = HERE / f"{name}.lock"
        held = [] if name in ("dev", *ALONE) else ["--constraints", str(HERE / "dev.lock")]
        command = [
            sys.executable,
            "-m",
            "uv",
            "pip",
            "compile",
            *([] if name in ALONE else ["pyproject.toml"]),
            *FLAGS,
            *extra,
            *held,
            *sys.argv[1:],
            "-o",
            str(out),
        ]
        subprocess.run(command, check=True, cwd=HERE.parent)  # noqa: S603 - our own arguments


if __name__ == "__main__":
    main()
