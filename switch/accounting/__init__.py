"""Accounting: what is settled, as entries of somebody's books.

Remises, amounts beside them and postings come in, with a chart of accounts; balanced entries go out, as CSV, JSON or
beancount. It refuses to compute any amount anew: an entry says what the books of the centre say, in accounts of others.
"""
