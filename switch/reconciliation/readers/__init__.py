"""Readers: the bytes of a till's export, a relevé or a bank statement, made into the lines of a side.

Bytes come in as they stood in a file; a side goes out, with the records that could not be used. It refuses to open files, and
to know what becomes of a line.
"""
