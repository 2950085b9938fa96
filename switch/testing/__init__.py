"""The pytest plugin: a running centre for the tests of a gateway, with cards, a merchant and terminals of each test's own.

Fixtures and expectations of a test come in; a host to connect to, verdicts and transcripts go out. It refuses to do anything,
even to import its own parts, until a test asks for one of its fixtures.
"""
