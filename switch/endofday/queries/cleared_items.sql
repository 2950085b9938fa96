-- Some of what is cleared, with all that an issuer is told of each.
SELECT c.issuer, c.request_id, c.amount_minor, COALESCE(d.approved_minor, 0), r.acquirer_id, r.terminal_id, r.stan,
  r.transmitted_at, r.local_at, r.rrn, COALESCE(c.approval_code, ''), HEX(r.pan_cipher), r.function = 'batch'
FROM {cleared} AS c
CROSS JOIN journal.request AS r ON r.id = c.request_id
LEFT JOIN journal.decision AS d ON d.request_id = c.request_id
WHERE c.request_id > :after AND c.request_id <= :up_to
ORDER BY c.request_id
