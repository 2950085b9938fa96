"""The trace: the last messages of every line, byte for byte, with what must never be stored overwritten.

What lines hear and say comes in; rows of a file that has an end go out. It refuses to know what the messages lead to, and
nothing waits for it.
"""
