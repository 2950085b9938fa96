"""What the rules of scenarios name, held against what there is.

Tables of rules come in, with dialects and names; mistakes go into the place the tables have for them. It refuses to know what a
rule does, and how files are read.
"""
