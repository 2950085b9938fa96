"""What a merchant pays and is paid besides its sales: which row of a fee table counts, entries, and the accounts of each kind.

Pure: tables of the specification and text of SQL; nothing here reads a file or runs a statement.
"""
