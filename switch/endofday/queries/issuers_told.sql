-- The issuers that a date has something for: a position, a hold that expired, an exception that was written off.
SELECT participant FROM position WHERE business_date = :business_date AND role = 'issuer'
UNION
SELECT q.issuer FROM released_item AS e CROSS JOIN journal.request AS q
WHERE e.business_date = :business_date AND e.outcome = 'expired' AND q.id = e.request_id AND q.issuer IS NOT NULL
UNION
SELECT q.issuer FROM exception_end AS e CROSS JOIN journal.request AS q
WHERE e.business_date = :business_date AND e.outcome = 'written_off' AND q.id = e.request_id AND q.issuer IS NOT NULL
