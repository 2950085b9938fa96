"""What computes the lines of a business date: its captures, presentments, lines of fees and totals, and what is proved of them.

In come the staging tables of a connection to the books and the journal; out go the same rows of the same tables, whichever
engine computed them: the SQLite of the books, or DuckDB. It refuses to know the specification, and who closes a date and when.
"""
