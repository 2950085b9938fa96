"""What was seen on the connections, held against expectations: the trace is read, followed, and waited for.

Expectations, a data folder and a length of time come in; verdicts go out, or the messages that were chosen. It refuses to
judge: what is met, and what came nearest, is for the room ``verification`` to say.
"""
