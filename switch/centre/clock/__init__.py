"""The time that a running centre goes by: which business date is open, and what somebody does to its clock.

The centre's clock, its journal and orders come in; business dates are opened, and an answer goes out that says what the time
is now. It refuses to know lines and messages, and the timers of the centre: those run in seconds of the machine.
"""
