"""Rules by which a tester makes the host misbehave on cue: when they match, and what is then done with the answer.

Tables of a scenario file or a rule in one line come in; for each message a verdict goes out: which rule applies, and how the
answer is given. It refuses to know what a message is made of, who sends the answer, and every clock: a chance is drawn from
the seed, the rule, the card and a count.
"""
