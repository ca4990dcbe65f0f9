"""Archives are read in place; bombs, links, traversal and nesting are refused by name."""

import gzip
import io
import lzma
import tarfile
import zipfile
from pathlib import Path

import pytest

from actionday.observe.unpack import Limits, is_packed, unpack
from actionday.records import InputError


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize("kind", ["zip", "tar.gz", "tar.xz", "tar.bz2", "tar"])
def test_members_come_out_as_they_went_in(kind: str, tmp_path: Path) -> None:
    members = {"a/b.json": b"{}", "c.csv": b"x,y\n" * 1000}
    path = tmp_path / f"export.{kind}"
    if kind == "zip":
        zipped(path, members)
    else:
        with tarfile.open(str(path), f"w:{kind.partition('.')[2]}") as archive:  # type: ignore[call-overload]
            for name, data in members.items():
                item = tarfile.TarInfo(name)
                item.size = len(data)
                archive.addfile(item, io.BytesIO(data))
    found = list(unpack(path, tmp_path / "into", Limits()))
    assert {member.name: Path(member.path).read_bytes() for member in found} == members


@pytest.mark.parametrize(("name", "opener"), [("posts.csv.gz", gzip.open), ("posts.csv.xz", lzma.open)])
def test_single_files_lose_their_suffix(name: str, opener: object, tmp_path: Path) -> None:
    with opener(tmp_path / name, "wb") as file:  # type: ignore[operator]
        file.write(b"a,b\n")
    (member,) = unpack(tmp_path / name, tmp_path / "into", Limits())
    assert member.name == "posts.csv"
    assert Path(member.path).read_bytes() == b"a,b\n"


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    bomb = zipped(tmp_path / "bomb.zip", {"zeros": b"\0" * (30 << 20)})
    with pytest.raises(InputError, match="bomb"):
        list(unpack(bomb, tmp_path / "into", Limits(ratio=100, floor=10 << 20)))
    with pytest.raises(InputError, match="members"):
        list(
            unpack(zipped(tmp_path / "many.zip", {str(i): b"" for i in range(9)}), tmp_path / "many", Limits(members=8))
        )


def test_a_members_name_never_leaves_the_folder(tmp_path: Path) -> None:
    names = [
        "../../evil.json",
        "/etc/evil.json",
        "a/../../evil.json",
        ".hidden/x.json",
        "c:evil.json",
        "x" * 500 + ".json",
        "\x1b[2J.json",
    ]
    found = list(unpack(zipped(tmp_path / "t.zip", dict.fromkeys(names, b"{}")), tmp_path / "into", Limits()))
    assert len(found) == len(names)
    for member in found:
        assert Path(member.path).resolve().is_relative_to((tmp_path / "into").resolve())
    assert sorted(p.name for p in tmp_path.iterdir()) == ["into", "t.zip"]


def test_links_and_nested_archives_are_named_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "t.tar"
    with tarfile.open(path, "w") as archive:
        link = tarfile.TarInfo("link.json")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        archive.addfile(tarfile.TarInfo("inner.zip"))
    reasons = {member.name: member.reason for member in unpack(path, tmp_path / "into", Limits())}
    assert "not followed" in reasons["link.json"]
    assert "not opened" in reasons["inner.zip"]


@pytest.mark.parametrize("name", ["broken.zip", "broken.tar.xz", "broken.gz"])
def test_a_damaged_archive_is_an_input_error(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(InputError, match="cannot be read"):
        list(unpack(tmp_path / name, tmp_path / "into", Limits()))
    assert is_packed(name)
