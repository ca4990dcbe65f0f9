"""What may be in the repository: locks without hosts, no machine paths, no GPL in the product, files of a human size."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GPL = ("ural", "igraph", "scikit-survival", "minet")


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    found = [ROOT / name for name in listed.split("\0") if name]
    return [path for path in found if path.is_file()] or [
        p for p in ROOT.rglob("*") if p.is_file() and ".venv" not in p.parts
    ]


LOCKS = sorted((ROOT / "requirements").glob("*.lock"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_pins_hashes_and_names_no_host(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    assert "index-url" not in text
    pins = re.findall(r"^([a-z0-9][\w.-]*)(?:\[[\w,-]+\])?==\S+", text, re.MULTILINE | re.IGNORECASE)
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE | re.IGNORECASE)[1:]
    assert len(pins) == len(blocks) > 10
    assert all("--hash=sha256:" in block for block in blocks)


def test_locks_cover_what_pyproject_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    base = (ROOT / "requirements" / "base.lock").read_text().lower()
    for wanted in project["project"]["dependencies"]:
        name = re.split(r"[\[<>=,;~! ]", wanted)[0].lower()
        assert re.search(rf"^{re.escape(name)}(\[.*\])?==", base, re.MULTILINE), name


def test_gpl_peers_are_in_the_bench_lock_only() -> None:
    for lock in LOCKS:
        for name in GPL:
            there = re.search(rf"^{name}==", lock.read_text(), re.MULTILINE)
            assert not there or lock.stem == "bench", f"{name} in {lock.name}"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = [one for wanted in project["project"]["optional-dependencies"].values() for one in wanted]
    assert not [d for d in [*project["project"]["dependencies"], *extras] if d.split(">")[0] in GPL]


def test_no_machine_path_and_no_registry_host_is_committed() -> None:
    machine = re.compile(r"(?<![\w.])/(?:work|root|home/\w+)/")
    registry = re.compile(r"https?://(?:files\.pythonhosted|pypi\.org/simple|registry\.npmjs|deb\.debian)")
    for path in tracked():
        if path.suffix in {".png", ".xz", ".gz", ".parquet"} or path.name == Path(__file__).name:
            continue
        text = path.read_text("utf-8", errors="replace")
        assert not machine.search(text), path
        assert not registry.search(text), path


def test_sources_are_of_a_human_size() -> None:
    long = {path.name: n for path in (ROOT / "src").rglob("*.py") if (n := len(path.read_text().splitlines())) > 400}
    assert not long


def test_the_makefile_has_at_most_ten_targets() -> None:
    targets = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert 0 < len(targets) <= 10
    assert {"demo", "test", "soak", "coverage", "bench"} <= set(targets) | {"help"}
