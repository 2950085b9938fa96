"""Work on single cases between two closes: what a person, or a file, decides of exceptions and tells of disputes.

Wishes come in and are written into the books as rows of the open business date, each in one transaction or none of it; lists of
what is open go out. It refuses to move money: that is the close's, which carries the rows of its date out.
"""
