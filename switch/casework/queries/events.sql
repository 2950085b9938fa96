SELECT e.number, e.business_date, e.kind, e.state, e.reason, e.amount_minor, e.outstanding_minor, e.fee_minor, e.deadline,
  e.person, e.remark, e.recorded_at_ms, i.amount_minor, i.interchange_minor, i.fee_vat_minor
FROM dispute_event AS e
LEFT JOIN dispute_item AS i ON i.dossier = e.dossier AND i.number = e.number
WHERE e.dossier = ?
ORDER BY e.number
