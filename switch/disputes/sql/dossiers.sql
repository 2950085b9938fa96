-- Dossiers at their last event, each with its sale: all of them, or those that a person means by dossier, by RRN of the sale or by
-- number of its request.
WITH meant AS (
  SELECT dossier FROM dispute_event WHERE :which IS NULL AND number = 1
  UNION
  SELECT dossier FROM dispute_event WHERE dossier = :which
  UNION
  SELECT dossier FROM dispute_event WHERE request_id = CAST(:request_id AS INTEGER)
  UNION
  SELECT e.dossier FROM journal.request AS q CROSS JOIN dispute_event AS e
  WHERE q.rrn IN (:which, :filled) AND e.request_id = q.id
)
SELECT l.dossier, l.state, l.number, l.reason, l.outstanding_minor, l.deadline, l.request_id, f.business_date, l.business_date,
  p.rrn, p.merchant_id, p.issuer, p.currency, p.business_date, p.amount_minor, p.pan_masked,
  COALESCE((SELECT m.amount_minor FROM dispute_event AS m
    WHERE m.dossier = l.dossier AND m.kind = 'representment' ORDER BY m.number DESC LIMIT 1), 0)
FROM meant AS w
CROSS JOIN dispute_event AS l
CROSS JOIN dispute_event AS f
CROSS JOIN presentment AS p
WHERE l.dossier = w.dossier AND f.dossier = l.dossier AND f.number = 1 AND p.request_id = l.request_id
  AND l.number = (SELECT MAX(e.number) FROM dispute_event AS e WHERE e.dossier = l.dossier)
ORDER BY l.dossier
