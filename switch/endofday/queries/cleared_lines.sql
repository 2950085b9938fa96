-- The same as lines of the issuers' files (issuers/process/notices), as they are where no text has to be escaped: SQLite joins
-- a million of them in less time than Python reads their parts. They are not printed, for printf ends a text where it has a
-- NUL.
SELECT c.issuer, c.request_id,
  '{"request": ' || c.request_id || ', "amount_minor": ' || c.amount_minor || ', "approved_minor": '
  || COALESCE(d.approved_minor, 0) || ', "key": ["' || r.acquirer_id || '", "' || r.terminal_id || '", "' || r.stan || '", "'
  || r.transmitted_at || '"], "local_at": "' || r.local_at || '", "rrn": "' || r.rrn || '", "approval_code": "'
  || COALESCE(c.approval_code, '') || '", "card": "' || HEX(r.pan_cipher) || '"}'
FROM cleared_in_order AS c
CROSS JOIN journal.request AS r ON r.id = c.request_id
LEFT JOIN journal.decision AS d ON d.request_id = c.request_id
WHERE c.rowid > :after AND c.rowid <= :up_to
ORDER BY c.rowid
