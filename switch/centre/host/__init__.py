"""The host on a stage: what scenarios do with the answers that acquirers get.

Messages of acquirers come in, and frames that are to be sent; cues go out, and bytes on lines: late, twice, broken or never.
It refuses to decide about money: what was decided is journaled whether its answer is sent or not.
"""
