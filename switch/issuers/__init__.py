"""A simulated bank: its cards and accounts, how it judges a request, and what a scenario makes of that.

A request in the words of the trade comes in; a decision with its reason, and the entries of a book, go out. A profile says
where the bank listens and in which dialect, and nothing here uses that. It refuses to know lines and files
(``issuers.process``), and the centre's own rules.
"""
