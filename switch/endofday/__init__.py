"""The end of the business day: the journal is cleared, merchants are paid, files say so, and all of it is proved.

A data folder and a date come in; the books of that date, balanced, and a folder of files go out, or one sentence and
nothing. ``switch check`` proves books and files here too, the trace and the issuers' books among them. It refuses to know
how amounts are computed: clearing and settlement are pure, and it runs them.
"""
