"""The words of rules: elements by the words that people say, and every condition and answer with its meaning.

Tables go out, for readers of rules, pages of help and the documentation. It refuses to know what a rule does with a message.
"""
