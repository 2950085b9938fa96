"""The business dates as a product: listed, rehearsed, made again, compared, searched and drawn.

A data folder and a specification come in; records of what the books say, or would say, go out. It refuses to change how a day
is computed: it calls ``endofday``, in the books or in a copy of them that nobody else sees, and reads the rest.
"""
