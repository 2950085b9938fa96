"""Reconciliation: two files that should say the same money, a till's, a relevé or a bank's, matched line by line.

The lines of two sides come in as values; findings go out, each with its class and the pass that made it, and every line of
either side stands in exactly one. It refuses to know where a file lies, or who reads the result.
"""
