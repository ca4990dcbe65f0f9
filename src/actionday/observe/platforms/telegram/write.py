"""placeholder"""
from collections.abc import Mapping
from pathlib import Path
import pyarrow as pa
def write_export(rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
    raise NotImplementedError
