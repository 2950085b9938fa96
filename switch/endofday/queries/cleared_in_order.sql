-- Of a date, everything that its issuers owe or are owed, and what they hold for nothing any more, of amount 0: holds that
-- expired, and exceptions that were written off. In the order of the journal, so that it is asked of each in one pass; the
-- presentments of the date stand in that order already (clearing/sql/presented_by_request.sql).
CREATE TEMP TABLE cleared_in_order AS
SELECT issuer, request_id, amount_minor, approval_code FROM temp.presented_by_request
UNION ALL
SELECT issuer, request_id, amount_minor, '' FROM adjustment WHERE business_date = :business_date
UNION ALL
SELECT q.issuer, e.request_id, 0, ''
FROM released_item AS e CROSS JOIN journal.request AS q
WHERE e.business_date = :business_date AND e.outcome = 'expired' AND q.id = e.request_id AND q.issuer IS NOT NULL
UNION ALL
SELECT q.issuer, e.request_id, 0, ''
FROM exception_end AS e CROSS JOIN journal.request AS q
WHERE e.business_date = :business_date AND e.outcome = 'written_off' AND q.id = e.request_id AND q.issuer IS NOT NULL
ORDER BY request_id
