"""The sealed store: whole or not at all, unreadable without the home's key, damage noticed, gone when erased."""

from pathlib import Path

import pytest

from actionday.records import HomeError, InputError
from actionday.stores import sealed
from actionday.stores.sealed import Sealed

KEY = bytes(range(32))
SECRET = b"a passage that nobody reads here" * 10


def test_what_is_put_comes_back_and_the_same_again_changes_nothing(tmp_path: Path) -> None:
    store = Sealed(tmp_path, KEY)
    one = store.put(SECRET)
    assert store.get(one.sha256) == SECRET
    assert one.size == len(SECRET)
    before = [path.read_bytes() for path in (tmp_path / "sealed").iterdir()]
    assert store.put(SECRET) == one
    assert [path.read_bytes() for path in (tmp_path / "sealed").iterdir()] == before


def test_neither_content_nor_hash_shows_and_another_key_opens_nothing(tmp_path: Path) -> None:
    one = Sealed(tmp_path, KEY).put(SECRET)
    (path,) = (tmp_path / "sealed").iterdir()
    assert b"passage" not in path.read_bytes()
    assert one.sha256 not in path.name
    other = Sealed(tmp_path, bytes(32))
    with pytest.raises(HomeError, match="nothing lies sealed"):
        other.get(one.sha256)


def test_damage_is_noticed_and_one_item_does_not_stand_for_another(tmp_path: Path) -> None:
    store = Sealed(tmp_path, KEY)
    one, two = store.put(SECRET), store.put(b"other")
    first, second = (store._path(item.sha256) for item in (one, two))
    whole = first.read_bytes()
    first.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(HomeError, match="damaged"):
        store.get(one.sha256)
    second.write_bytes(whole)
    with pytest.raises(HomeError, match="damaged"):
        store.get(two.sha256)


def test_what_is_erased_is_gone_and_what_nothing_speaks_of_is_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Sealed(tmp_path, KEY)
    one, two = store.put(SECRET), store.put(b"other")
    assert store.erase(one.sha256)
    assert not store.erase(one.sha256)
    assert not store.holds(one.sha256)
    (tmp_path / "sealed" / "abc.half").write_bytes(b"half written")
    with store.writing():
        assert store.sweep(frozenset({two.sha256})) == 1
        assert store.holds(two.sha256)
        assert store.sweep(frozenset()) == 1
    assert [path.name for path in (tmp_path / "sealed").iterdir()] == [".lock"]
    monkeypatch.setattr(sealed, "LARGEST", 3)
    with pytest.raises(InputError, match="larger than"):
        store.put(b"four")
