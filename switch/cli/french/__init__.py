"""The French of what the commands of the day, and the demo, print: English text -> French text.

``{1}``, ``{2}`` … are places: what differs from one time to the next. In the English text a place says what may stand there:
``{1}`` anything, which stays as it is (names, paths, what somebody typed); ``{1*}`` words, which have to be in a table too;
``{1#}`` a count; ``{1$}`` an amount, which French writes with a comma. Of two texts that fit, the first one counts. It
refuses to have rules: the tables are data, and ``console/words`` reads them.
"""
