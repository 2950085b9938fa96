"""The keystore: sealed, its owner's alone, whole or as it was."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

import pytest

from switch.errors import DataFolderError, SwitchError
from switch.keys.key import KeptKey
from switch.keys.keystore import KEYSTORE_FILE, LOCK_NAME, MASTER_KEY_FILE, change_keys, kept_keys
from tests.support.card_keys import DOUBLE

KEY = KeptKey.of("atlas.zpk", "zpk", "T", DOUBLE, "of a test")


def put(data: Path, *keys: KeptKey) -> None:
    change_keys(data, lambda kept: kept.update({key.about.id: key for key in keys}))


def test_what_was_put_is_found_again(tmp_path: Path) -> None:
    data = tmp_path / "new"
    assert kept_keys(data) == {}
    other = KeptKey.of("rif.mac-aes", "mac", "A", bytes(32))
    put(data, KEY)
    put(data, other)
    assert kept_keys(data) == {"atlas.zpk": KEY, "rif.mac-aes": other}


def test_it_is_sealed_and_its_owners_alone(tmp_path: Path) -> None:
    put(tmp_path, KEY)
    assert sorted(path.name for path in tmp_path.iterdir()) == [MASTER_KEY_FILE, LOCK_NAME, KEYSTORE_FILE]
    for path in tmp_path.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
    content = (tmp_path / KEYSTORE_FILE).read_bytes()
    assert DOUBLE not in content
    assert DOUBLE.hex().encode() not in content
    assert b"atlas" not in content
    put(tmp_path, KEY)
    assert (tmp_path / KEYSTORE_FILE).read_bytes() != content, "another nonce"


def test_a_change_that_fails_changes_nothing(tmp_path: Path) -> None:
    put(tmp_path, KEY)

    def change(keys: dict[str, KeptKey]) -> None:
        keys.clear()
        raise SwitchError("no")

    with pytest.raises(SwitchError, match=r"^no$"):
        change_keys(tmp_path, change)
    assert kept_keys(tmp_path) == {"atlas.zpk": KEY}


def test_two_writers_lose_nothing(tmp_path: Path) -> None:
    def write(name: str) -> None:
        for number in range(5):
            put(tmp_path, KeptKey.of(f"{name}.k{number}", "zpk", "T", DOUBLE))

    writers = [Thread(target=write, args=(name,)) for name in ("one", "two", "three")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(kept_keys(tmp_path)) == 15


def spoilt(tmp_path: Path, name: str, content: bytes) -> str:
    put(tmp_path, KEY)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataFolderError) as error:
        kept_keys(tmp_path)
    return str(error.value).removeprefix(f"{tmp_path}/")


def test_a_file_of_another_program(tmp_path: Path) -> None:
    assert spoilt(tmp_path, KEYSTORE_FILE, b"{}") == "keys.sealed: found another program's file, expected the keys of Switch"


def test_another_master_key(tmp_path: Path) -> None:
    sentence = spoilt(tmp_path, MASTER_KEY_FILE, bytes(32))
    assert sentence == "keys.sealed: found keys that do not open with keys.key, expected its own"


def test_a_master_key_cut_short(tmp_path: Path) -> None:
    assert spoilt(tmp_path, MASTER_KEY_FILE, bytes(3)) == "keys.key: found a key of 3 bytes, expected 32"


@pytest.mark.parametrize("place", [0, 14, 30, -1])
def test_one_flipped_bit(tmp_path: Path, place: int) -> None:
    put(tmp_path, KEY)
    content = bytearray((tmp_path / KEYSTORE_FILE).read_bytes())
    content[place] ^= 1
    (tmp_path / KEYSTORE_FILE).write_bytes(content)
    with pytest.raises(DataFolderError, match=r"keys\.sealed: found "):
        kept_keys(tmp_path)


def test_a_master_key_that_is_gone(tmp_path: Path) -> None:
    put(tmp_path, KEY)
    (tmp_path / MASTER_KEY_FILE).unlink()
    for attempt in (lambda: kept_keys(tmp_path), lambda: put(tmp_path, KEY)):
        with pytest.raises(DataFolderError, match=r"keys\.key: missing, and the keys of this folder open with no other key$"):
            attempt()
    assert not (tmp_path / MASTER_KEY_FILE).exists()


def test_a_master_key_that_others_can_read(tmp_path: Path) -> None:
    put(tmp_path, KEY)
    (tmp_path / MASTER_KEY_FILE).chmod(0o640)
    with pytest.raises(DataFolderError, match=r"found a key that others can read or change \(mode 0640\)"):
        kept_keys(tmp_path)


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    (tmp_path / KEYSTORE_FILE).mkdir()
    with pytest.raises(DataFolderError, match=r"keys\.sealed: found a folder, expected the keys of Switch$"):
        kept_keys(tmp_path)


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataFolderError, match=r"expected a folder that can be written$"):
        put(tmp_path / "file", KEY)
