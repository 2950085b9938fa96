"""Answers on a stage: what scenarios do with the frames of answers, and how an issuer's process hears what it is to answer.

Frames and conducts come in; bytes on lines go out, late, twice, broken or never. It refuses to know rules, and what a message
says.
"""
