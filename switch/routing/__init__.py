"""The switchboard: what becomes of a request, a reversal, an answer, decided without bytes, clocks or files.

Events come in, with the time as a number; effects go out, in the order in which they are to be journaled and sent. It
refuses to know how any of them is written down or said.
"""
