-- Of a date, everything that its issuers owe or are owed, in the order it is booked.
SELECT c.issuer, c.request_id, c.amount_minor, r.acquirer_id, r.terminal_id, r.stan, r.transmitted_at, r.local_at, r.rrn,
  COALESCE(c.approval_code, ''), HEX(r.pan_cipher), r.function = 'batch', COALESCE(d.approved_minor, 0)
FROM (
  SELECT issuer, request_id, amount_minor, approval_code FROM presentment WHERE business_date = :business_date
  UNION ALL
  SELECT issuer, request_id, amount_minor, '' FROM adjustment WHERE business_date = :business_date
) AS c
CROSS JOIN journal.request AS r ON r.id = c.request_id
LEFT JOIN journal.decision AS d ON d.request_id = c.request_id
ORDER BY c.issuer, c.request_id
