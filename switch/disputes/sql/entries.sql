-- What the disputes of the date change of what merchants are paid: each booked event, and the fee of each chargeback.
INSERT INTO merchant_entry (
  business_date, merchant_id, terminal_id, remise_number, kind, line, reference, amount_minor, vat_minor, vat_rate_basis_points,
  currency, rule, narrative)
WITH entry AS (
  SELECT i.merchant_id, CASE i.kind WHEN 'withdrawal' THEN 'representment' ELSE i.kind END AS kind, i.dossier, i.number,
    i.amount_minor, 0 AS vat_minor, 0 AS vat_rate_basis_points, i.currency, i.rrn
  FROM dispute_item AS i
  WHERE i.business_date = :business_date
  UNION ALL
  SELECT merchant_id, 'chargeback_fee', dossier, number, -fee_minor, -fee_vat_minor, vat_rate_basis_points, currency, rrn
  FROM dispute_item
  WHERE business_date = :business_date AND fee_minor > 0
)
SELECT :business_date, e.merchant_id, '', 0, e.kind,
  ROW_NUMBER() OVER (PARTITION BY e.merchant_id, e.kind ORDER BY e.dossier, e.number), e.dossier, e.amount_minor, e.vat_minor,
  e.vat_rate_basis_points, e.currency, CASE e.kind WHEN 'chargeback_fee' THEN v.fee_rule ELSE '' END,
  'dossier ' || e.dossier || ' RRN ' || e.rrn || ' ' || v.reason
FROM entry AS e
JOIN dispute_event AS v ON v.dossier = e.dossier AND v.number = e.number
