"""How a page is set: texts as operators of a PDF, letters of other fonts, the direction of Arabic, a sheet with its rules.

Texts, lengths and fonts as bytes come in, operators of a PDF go out. It refuses to know what a statement says, and where fonts
are on a machine.
"""
