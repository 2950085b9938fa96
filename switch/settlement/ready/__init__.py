"""Lines of statements that the books write themselves: most need nothing but to be put together, and a million of them do.

The key of a section comes in, its lines go out: as texts where they are plain, else as rows for the forms of a statement to
write. It refuses to know where the books are: it asks them by SQL.
"""
