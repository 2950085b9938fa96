"""The other layouts of a statement: by remise, and the invoice of a month, each a ``Document`` as text, CSV, PDF, XLSX, JSON.

Values read from the books come in, documents and their bytes go out. It refuses to know where the books are, and how a day is
computed: what it says of money is added up before.
"""
