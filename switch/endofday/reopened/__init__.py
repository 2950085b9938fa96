"""Closes that were taken back: who reopened a date and why, and what the close had written, kept for ever.

A connection to the books comes in, inside the transaction of whoever reopens; rows and faults go out. It refuses to know
whether a date may be reopened: that is for whoever calls.
"""
