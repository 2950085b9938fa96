"""What goes into the switchboard and what comes out of it: events, effects, and what a restart brings.

Records alone: nothing comes in, nothing goes out, and nothing here does anything. They refuse to know bytes, sockets and
files.
"""
