"""What is measured, against what, and the last figures (``results.md``)."""

from switch.machine.sqlite_library import lighten_sqlite

lighten_sqlite()  # as the commands do, before any module has imported sqlite3
