-- Of a date, everything that its issuers owe or are owed, in the order it is booked; and what they hold for nothing any more,
-- of amount 0: holds that expired, and exceptions that were written off.
-- They are put in order before the journal is asked of each; LIMIT -1, no limit, makes SQLite do so.
SELECT c.issuer, c.request_id, c.amount_minor, COALESCE(d.approved_minor, 0), r.acquirer_id, r.terminal_id, r.stan,
  r.transmitted_at, r.local_at, r.rrn, COALESCE(c.approval_code, ''), HEX(r.pan_cipher), r.function = 'batch'
FROM (
  SELECT issuer, request_id, amount_minor, approval_code FROM presentment WHERE business_date = :business_date
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
  ORDER BY issuer, request_id
  LIMIT -1
) AS c
CROSS JOIN journal.request AS r ON r.id = c.request_id
LEFT JOIN journal.decision AS d ON d.request_id = c.request_id
