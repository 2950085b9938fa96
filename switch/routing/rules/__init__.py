"""Verdicts on one message: may it be asked, when does it count, does it fit what it names.

A request, and the decided one it names, come in; a refusal, an outcome or nothing goes out, as a value with its reason. It
refuses to remember, and to have effects.
"""
