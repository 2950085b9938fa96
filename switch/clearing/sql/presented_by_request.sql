-- The presentments of a date once more, in a temporary table with the request as its key: what goes by the journal finds each of
-- them there in less time than by the index of presentment, whose rows are kept by merchant. It reads the rows of the books
-- themselves: those of a date in files are copied here from the files (endofday/books.ask_of).
-- No request has two: what would be a second one is left to the count of nothing_else_presented.
INSERT OR IGNORE INTO temp.presented_by_request (request_id, merchant_id, issuer, currency, amount_minor, approval_code)
SELECT request_id, merchant_id, issuer, currency, amount_minor, approval_code
FROM main.presentment
WHERE business_date = :business_date
ORDER BY request_id
