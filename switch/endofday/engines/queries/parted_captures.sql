-- Whether what is captured hangs on batches that were closed, or on bands of amounts: if not, plain_captures is enough.
SELECT EXISTS (SELECT 1 FROM closed_batch) OR EXISTS (SELECT 1 FROM acceptor_term WHERE by_amount = 1)
