-- The presented sales that a person names, with what was given back of each: by reversals, and by refunds that have its RRN, its
-- merchant and its card.
SELECT p.request_id, p.rrn, p.merchant_id, p.currency, p.business_date, p.amount_minor,
  MAX(p.amount_minor - COALESCE((
    SELECT MIN(v.replacement_minor) FROM journal.reversal AS v WHERE v.original_id = p.request_id AND v.effective = 1),
    p.amount_minor), 0)
  + COALESCE((
    SELECT SUM(MIN(-d.captured_minor, COALESCE((
      SELECT MIN(u.replacement_minor) FROM journal.reversal AS u WHERE u.original_id = r.id AND u.effective = 1),
      -d.captured_minor)))
    FROM journal.request AS s CROSS JOIN journal.request AS r CROSS JOIN journal.decision AS d
    WHERE s.id = p.request_id AND r.rrn = p.rrn AND r.id > s.id AND r.transaction_type = 'refund'
      AND r.merchant_id = s.merchant_id AND r.pan_cipher = s.pan_cipher AND d.request_id = r.id AND d.captured_minor < 0), 0),
  COALESCE((
    SELECT SUM(e.outstanding_minor) FROM dispute_event AS e
    WHERE e.request_id = p.request_id AND e.dossier <> :dossier
      AND e.number = (SELECT MAX(l.number) FROM dispute_event AS l WHERE l.dossier = e.dossier)), 0)
FROM presentment AS p
WHERE p.request_id IN (
    SELECT q.id FROM journal.request AS q WHERE q.rrn IN (:which, :filled) UNION SELECT CAST(:request_id AS INTEGER))
  AND (:merchant_id = '' OR p.merchant_id = :merchant_id) AND (:presented_on = '' OR p.business_date = :presented_on)
ORDER BY p.request_id
