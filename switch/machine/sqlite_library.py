"""SQLite as a library: what it does for every program at once, and nobody here needs.

It counts the memory it takes, under a lock, at every piece of it; and it locks a connection at every call, although each
connection here is one caller's at a time (``data_folder.databases``). Both together take 4 % of the instructions of a
transaction, and up to a tenth of a close. They can be switched off before the first use of the library alone, and
Python's module has no words for it.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import Final

MULTITHREAD: Final = 2  #: SQLITE_CONFIG_MULTITHREAD: a connection is used by one thread at a time, and is not locked
MEMSTATUS: Final = 9  #: SQLITE_CONFIG_MEMSTATUS: whether taken memory is counted


def lighten_sqlite() -> bool:
    """Switch off both for this process and those it forks; False where SQLite is in use, where Python holds it so that it
    cannot be reached, and where it was built without one of them.

    For the beginning of a command, before it imports ``sqlite3``. Nothing but time depends on it, as long as each connection,
    and each cursor of it, is used and let go by one thread at a time: a cursor that is not at its end is kept in no object.
    """
    module = find_spec("_sqlite3")
    if module is None or "_sqlite3" in sys.modules:
        return False
    try:
        import ctypes

        configure = ctypes.CDLL(module.origin).sqlite3_config
    except (ImportError, OSError, AttributeError):
        return False
    configure.argtypes = [ctypes.c_int]  # more follow, by what is set
    done: list[int] = [configure(MULTITHREAD), configure(MEMSTATUS, 0)]
    return not any(done)
