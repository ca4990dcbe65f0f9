"""The import law holds, and each contract catches the violation it is there for."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VIOLATIONS = {
    "Rooms in the order of the work": ("records/clock.py", "import actionday.playbook"),
    "Observe and measure are strangers": ("measure/cohort.py", "import actionday.observe.reader"),
    "Link and observe are strangers": ("link/match.py", "import actionday.observe.reader"),
    "Link and measure are strangers": ("link/score.py", "import actionday.measure.cohort"),
    "Refer and observe are strangers": ("refer/package.py", "import actionday.observe.reader"),
    "The room of referrals in one order": ("refer/package.py", "import actionday.refer.forms.field"),
    "Typesetting only in the forms": ("measure/cohort.py", "import typst"),
    "Assess and observe are strangers": ("assess/leads.py", "import actionday.observe.extract"),
    "Actions of the playbook stand in one order": ("playbook/imports.py", "import actionday.playbook.briefs"),
    "Nobody names a platform folder": ("playbook/imports.py", "import actionday.observe.platforms.table.export"),
    "Nobody names a route": ("playbook/imports.py", "import actionday.refer.routes.letter"),
    "records is standard library only": ("records/clock.py", "import pyarrow"),
    "Terminal frameworks only in the console": ("measure/cohort.py", "import click"),
    "Web frameworks only in the console": ("measure/cohort.py", "import fastapi"),
    "The pages know no command": ("console/web/render.py", "import actionday.console.terminal.options"),
    "One command serves the pages": ("console/terminal/ledger.py", "import actionday.console.web.app"),
    "Delta Lake only in the archive": ("measure/cohort.py", "import deltalake"),
    "The two stores are strangers": ("stores/archive/view.py", "import actionday.stores.casebook.chain"),
    "Collectors see no case data": ("observe/reader.py", "import actionday.stores.casebook.chain"),
    "SQLAlchemy only in the casebook": ("measure/cohort.py", "import sqlalchemy"),
    "No cycles among siblings, at any depth": ("observe/reader.py", "import actionday.observe.ingest"),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-cache",
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "src"), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("contract", VIOLATIONS)
def test_a_seeded_violation_is_caught(contract: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    file, line = VIOLATIONS[contract]
    path = tmp_path / "src" / "actionday" / file
    path.write_text(path.read_text() + f"\n{line}\n")
    done = lint(tmp_path)
    assert done.returncode != 0
    name = (
        "Rooms in the order of the work"
        if contract.endswith("are strangers") and "stores" not in contract
        else contract
    )
    assert f"{name} BROKEN" in done.stdout, done.stdout


def test_records_imports_nothing_but_the_standard_library() -> None:
    for path in (ROOT / "src" / "actionday" / "records").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                top = name.split(".")[0]
                assert top in sys.stdlib_module_names or name.startswith("actionday.records"), f"{path.name}: {name}"


def test_only_settings_reads_the_environment() -> None:
    allowed = {"settings.py", "options.py", "api.py"}  # the doors hand os.environ to settings
    for path in (ROOT / "src").rglob("*.py"):
        if path.name not in allowed:
            text = path.read_text()
            assert "os.environ" not in text, path
            assert "os.getenv" not in text, path


def test_every_room_exports_a_sorted_face() -> None:
    for path in (ROOT / "src" / "actionday").rglob("__init__.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
                names = ast.literal_eval(node.value)
                constants = sorted(n for n in names if n.isupper())
                rest = sorted(n for n in names if not n.isupper())
                assert names == constants + [n for n in rest if n[0].isupper()] + [
                    n for n in rest if not n[0].isupper()
                ], path


def test_no_drawers() -> None:
    drawers = {"utils", "helpers", "common", "misc", "core", "base"}
    assert not [path for path in (ROOT / "src").rglob("*") if path.stem in drawers]
