"""The keys that somebody generated or imported: one file in the data folder, encrypted at rest, its owner's alone.

The file is written whole or not at all. Its master key lies beside it, as that of the card numbers does: who has the folder has
the keys, who has the file alone has nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from switch.card_security.key_blocks import Algorithm
from switch.data_folder.key_file import key_in
from switch.data_folder.lock import file_held
from switch.errors import CardSecurityError, DataFolderError, SwitchError
from switch.keys.key import KeptKey, KeyUse
from switch.machine.files import read_whole
from switch.machine.private import create_file, make_folder

KEYSTORE_FILE: Final = "keys.sealed"
MASTER_KEY_FILE: Final = "keys.key"
LOCK_NAME: Final = "keys.lock"  #: held by who changes the keys; empty
MASTER_KEY_BYTES: Final = 32  #: AES-256-GCM (NIST SP 800-38D)
KEYSTORE_BYTES_MAX: Final = 4 << 20  #: some twenty thousand keys; more is no keystore
_MARK: Final = b"switch keys 1\n"  #: the first bytes of the file, and authenticated with it
_NONCE_BYTES: Final = 12  #: drawn anew for each write


def kept_keys(data: Path) -> dict[str, KeptKey]:
    """The keys of a data folder by their names; none where it has no keystore. DataFolderError where it does not open."""
    path = data / KEYSTORE_FILE
    try:
        content = read_whole(path, KEYSTORE_BYTES_MAX)
    except FileNotFoundError:
        return {}
    except SwitchError as error:
        raise DataFolderError(f"{path}: found {error}, expected the keys of Switch") from None
    if not content.startswith(_MARK):
        raise DataFolderError(f"{path}: found another program's file, expected the keys of Switch")
    master = AESGCM(key_in(data / MASTER_KEY_FILE, MASTER_KEY_BYTES, needed_by="the keys of this folder"))
    nonce, sealed = content[len(_MARK) :][:_NONCE_BYTES], content[len(_MARK) + _NONCE_BYTES :]
    try:
        text = master.decrypt(nonce, sealed, _MARK)
        keys = [_key(entry) for entry in json.loads(text)]
    except (InvalidTag, ValueError, KeyError, TypeError, CardSecurityError):
        raise DataFolderError(f"{path}: found keys that do not open with {MASTER_KEY_FILE}, expected its own") from None
    return {key.about.id: key for key in keys}


def change_keys(data: Path, change: Callable[[dict[str, KeptKey]], None]) -> None:
    """Change the keys of a data folder, which is made if need be. Two that do so at once wait for one another.

    What ``change`` raises leaves the file as it was. DataFolderError where it cannot be read or written.
    """
    try:
        make_folder(data)
        with file_held(data / LOCK_NAME):
            keys = kept_keys(data)
            change(keys)
            _write(data, keys)
    except OSError as error:
        raise DataFolderError(f"{data}: found {error.strerror}, expected a folder that can be written") from None


def _write(data: Path, keys: Mapping[str, KeptKey]) -> None:
    entries = [
        {"id": key.about.id, "use": key.about.use, "algorithm": key.about.algorithm, "label": key.about.label}
        | {"secret": key.secret.hex()}
        for key in keys.values()
    ]
    nonce = os.urandom(_NONCE_BYTES)
    needed_by = "the keys of this folder" if (data / KEYSTORE_FILE).exists() else ""
    master = AESGCM(key_in(data / MASTER_KEY_FILE, MASTER_KEY_BYTES, needed_by=needed_by))
    sealed = master.encrypt(nonce, json.dumps(entries).encode(), _MARK)
    path = data / KEYSTORE_FILE
    partial = path.with_name(path.name + ".new")
    partial.unlink(missing_ok=True)
    with create_file(partial) as file:
        file.write(_MARK + nonce + sealed)
        os.fsync(file.fileno())
    partial.replace(path)


def _key(entry: dict[str, str]) -> KeptKey:
    use, algorithm = cast("KeyUse", entry["use"]), cast("Algorithm", entry["algorithm"])  # of() refuses any other
    return KeptKey.of(entry["id"], use, algorithm, bytes.fromhex(entry["secret"]), entry["label"])
