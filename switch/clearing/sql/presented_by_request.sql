-- The presentments of a date once more, in a temporary table with the request as its key: what goes by the journal finds each of
-- them there in less time than by the index of presentment, whose rows are kept by merchant.
-- No request has two: what would be a second one is left to the count of nothing_else_presented.
INSERT OR IGNORE INTO temp.presented_by_request (request_id, merchant_id, issuer, currency, amount_minor, approval_code)
SELECT request_id, merchant_id, issuer, currency, amount_minor, approval_code
FROM presentment
WHERE business_date = :business_date
ORDER BY request_id
