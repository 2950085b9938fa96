"""The switchboard's parts: each handles one kind of event, or one side of a decision.

An event and what it concerns come in; effects are added to those of the turn. It refuses to know bytes, clocks and files:
time comes in as a number.
"""
