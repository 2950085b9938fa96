"""The report of a day or a month as one file of HTML, charts included.

Figures and a language come in, a text goes out: it needs no network and no script, and its tables read without styles. It
refuses to know where the figures come from.
"""
