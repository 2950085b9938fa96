"""What is proved of the money of payouts, whatever was closed, issued and answered.

A way to ask the books and the folder of the files for the bank come in; faults and notes go out. It refuses to know how books
are opened, and changes nothing.
"""
