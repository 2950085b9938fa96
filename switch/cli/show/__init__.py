"""How things are shown on a terminal: tables, messages, exchanges, the trace, a life in order.

Values of the rooms come in; lines of text go out, with card numbers hidden. It refuses to read files or to compute anything
of its own.
"""
