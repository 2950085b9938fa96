-- Whether an exception was open when the date began.
SELECT EXISTS (SELECT 1 FROM open_exception)
