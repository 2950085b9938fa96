"""The trace: the last messages of every line, byte for byte, with what must never be stored overwritten.

What lines hear and say comes in (``told``), goes to a process of its own (``hand_over``, ``process``), and becomes rows of a
file that has an end (``recorder``, ``reader``). It refuses to know what the messages lead to: the switch never waits for it.
"""
