"""Messages of scenarios: what a rule asks of a request, and how an answer is made wrong on cue.

Messages and frames come in; words, altered messages and broken frames go out. It refuses to know rules, connections and time.
"""
