"""An acquirer's side of a line: what whoever calls a centre needs, a payment page as well as ``switch send``.

Payments come in as values; messages go over a line to a centre, and its answers come back as values. It refuses to know what is
bought, who asks, and what becomes of an answer.
"""
