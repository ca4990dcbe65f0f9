"""Media rows to image files: what lies inside the export's folder and is a file, nothing else."""

from pathlib import Path

import pyarrow as pa

from actionday.observe.media_files import image_files


def found(root: Path, *names: str | None) -> list[tuple[int, str]]:
    rows, paths = image_files(root, pa.chunked_array([pa.array(names, pa.string())]))
    return [(row, path.relative_to(root).as_posix()) for row, path in zip(rows, paths, strict=True)]


def test_regular_images_inside_the_folder_only(tmp_path: Path) -> None:
    root, outside = tmp_path / "export", tmp_path / "outside"
    for folder in (root / "photos", outside):
        folder.mkdir(parents=True)
        (folder / "a.jpg").write_bytes(b"a")
    (root / "b.PNG").write_bytes(b"b")
    (root / "c.txt").write_bytes(b"c")
    (root / "folder.jpg").mkdir()
    (root / "linked.jpg").symlink_to(outside / "a.jpg")
    (root / "way").symlink_to(outside)
    names = ["photos/a.jpg", None, "b.PNG", "c.txt", "folder.jpg", "linked.jpg", "way/a.jpg", "../outside/a.jpg"]
    odd = [str(outside / "a.jpg"), "photos/missing.jpg", "none/a.jpg", "photos/a\0.jpg", "x" * 5_000 + ".jpg", ""]
    assert found(root, *names, *odd) == [(0, "photos/a.jpg"), (2, "b.PNG")]


def test_no_images_at_all(tmp_path: Path) -> None:
    assert found(tmp_path) == []
    assert found(tmp_path, None, "video.mp4") == []
