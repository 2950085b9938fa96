-- One of the items as a line of its issuer's file (issuers/process/notices), as it is where no text has to be escaped:
-- SQLite joins a million of them in less time than Python reads their parts. They are not printed, for printf ends a text where
-- it has a NUL. The lines of an issuer are put together at once (cleared_notices.lines_of).
'{"request": ' || c.request_id || ', "amount_minor": ' || c.amount_minor || ', "approved_minor": '
  || COALESCE(d.approved_minor, 0) || ', "key": ["' || r.acquirer_id || '", "' || r.terminal_id || '", "' || r.stan || '", "'
  || r.transmitted_at || '"], "local_at": "' || r.local_at || '", "rrn": "' || r.rrn || '", "approval_code": "'
  || COALESCE(c.approval_code, '') || '", "card": "' || HEX(r.pan_cipher) || '"}'
