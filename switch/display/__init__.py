"""What strangers wrote, made safe to be read and shown, and counts with their nouns.

Texts come in that a wire or a file brought; the same texts go out without control characters, and cells no spreadsheet
takes for a formula. XML is parsed without document types. It refuses to know who shows them, and where.
"""
