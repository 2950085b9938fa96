"""Texts as people paste them: dumps, digits, arrays and literals of programs, base64, lines of a log.

A text comes in; the bytes it may mean go out, each way of reading it with its name, the likeliest first. It refuses to know
what a message is: whoever asked tries the ways.
"""
