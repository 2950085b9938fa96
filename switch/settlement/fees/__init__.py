"""Fees: what merchants pay and are paid besides their sales, by dated rows of fee tables: which row counts, and why.

Rows of the specification and what stands in the books come in; rules, entries, their accounts and the SQL that makes them go
out. It refuses to read a file or a database, and to know how a statement looks.
"""
