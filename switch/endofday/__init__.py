"""The end of the business day: the journal is cleared between the banks, merchants are paid, and files say so.

A data folder and a date come in; the books of that date, balanced, and a folder of files go out, or one sentence and
nothing. It refuses to know how amounts are computed: clearing and settlement are pure, and it runs them.
"""
