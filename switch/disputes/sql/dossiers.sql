-- Each dossier at its last event, with its sale.
SELECT l.dossier, l.state, l.number, l.reason, l.outstanding_minor, l.deadline, l.request_id, f.business_date, l.business_date,
  p.rrn, p.merchant_id, p.issuer, p.currency, p.business_date, p.amount_minor, p.pan_masked,
  COALESCE((SELECT m.amount_minor FROM dispute_event AS m
    WHERE m.dossier = l.dossier AND m.kind = 'representment' ORDER BY m.number DESC LIMIT 1), 0)
FROM dispute_event AS l
JOIN dispute_event AS f ON f.dossier = l.dossier AND f.number = 1
JOIN presentment AS p ON p.request_id = l.request_id
WHERE l.number = (SELECT MAX(e.number) FROM dispute_event AS e WHERE e.dossier = l.dossier)
ORDER BY l.dossier
