"""What all pages of the gateway have in common: HTTP, forms read, headers, languages, templates, how often an address may post.

Requests come in as fields and addresses, pages go out as responses. It refuses to know orders, merchants and money.
"""
