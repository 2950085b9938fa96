"""How a shop comes to sell here: its application, what an operator decides, and the public list of approved sites.

In: forms of strangers and decisions of an operator. Out: merchants and shops that the running page takes, beside those of its
specification. It refuses to know payments, and passwords of merchants.
"""
