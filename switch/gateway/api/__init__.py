"""What a shop's server asks for by itself (XML API), and what it is answered from the orders of the page.

Requests come in as XML; payments are made by the desk, states and histories are read from the store; answers go out as XML.
It refuses to know the pages of the shopper.
"""
