"""What the switchboard remembers: what waits, what was decided, what is owed, and totals.

Decisions and keys come in; past requests, found by any of their names, go out, from memory or else from the archive it is
given. It refuses to judge, and every part of it is bounded.
"""
