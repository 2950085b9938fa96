"""SQLite as a library: what it does for every program at once, and nobody here needs.

It counts the memory it takes, under a lock, at every piece of it; and it locks a connection at every call, although each
connection here is one caller's at a time (``data_folder.databases``). Both together take 4 % of the instructions of a
transaction, and 8 % of the time of a close. They can be switched off before the first use of the library alone, and
Python's module has no words for it.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import Final

MULTITHREAD: Final = 2  #: SQLITE_CONFIG_MULTITHREAD: a connection is used by one thread at a time, and is not locked
MEMSTATUS: Final = 9  #: SQLITE_CONFIG_MEMSTATUS: whether taken memory is counted


def lighten_sqlite() -> bool:
    """Switch off both for this process; False where SQLite is in use, or Python holds it so that it cannot be reached.

    For the beginning of a command, before it imports ``sqlite3``. Nothing but time depends on it.
    """
    module = find_spec("_sqlite3")
    if module is None or "_sqlite3" in sys.modules:
        return False
    import ctypes

    try:
        configure = ctypes.CDLL(module.origin).sqlite3_config
    except (OSError, AttributeError):
        return False
    configure.argtypes = [ctypes.c_int]  # more follow, by what is set
    done: list[int] = [configure(MULTITHREAD), configure(MEMSTATUS, 0)]
    return not any(done)
