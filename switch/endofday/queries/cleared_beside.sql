-- Of a date, what its issuers are told beside its presentments (clearing/sql/presented_by_request.sql): what adjusts earlier ones,
-- and what they hold for nothing any more, of amount 0: holds that expired, and exceptions that were written off.
SELECT issuer, request_id, amount_minor, '' AS approval_code FROM adjustment WHERE business_date = :business_date
UNION ALL
SELECT q.issuer, e.request_id, 0, ''
FROM released_item AS e CROSS JOIN journal.request AS q
WHERE e.business_date = :business_date AND e.outcome = 'expired' AND q.id = e.request_id AND q.issuer IS NOT NULL
UNION ALL
SELECT q.issuer, e.request_id, 0, ''
FROM exception_end AS e CROSS JOIN journal.request AS q
WHERE e.business_date = :business_date AND e.outcome = 'written_off' AND q.id = e.request_id AND q.issuer IS NOT NULL
