"""Subelements: what stands inside the value of an element, as its dialect describes it.

Takes an element of a dialect and its value; gives subelements with their values, or the value with one of them changed.
It is a view: decoding, routing and plans never ask for it. It refuses to know messages, lines, and what may be shown to whom.
"""
