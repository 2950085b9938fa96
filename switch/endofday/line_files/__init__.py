"""Transactions of closed dates that stand in Parquet files beside the books, and the one door through which they are read.

In comes what somebody wants of a date, a merchant or a request; out come rows of `presentment` and `fee_line`, from whichever
of the two places has them: the books, or files that the books name. It refuses to know what is computed of them, and by whom.
"""
