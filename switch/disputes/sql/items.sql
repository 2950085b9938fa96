-- What the events of the date move: the difference that each makes to what is charged back of its sale. Interchange follows at
-- the rate of the presentment, so that it is whole again once all is represented.
INSERT INTO dispute_item (
  dossier, number, business_date, request_id, kind, merchant_id, terminal_id, issuer, currency, amount_minor,
  interchange_minor, fee_minor, fee_vat_minor, vat_rate_basis_points, rrn)
WITH moved AS (
  SELECT v.dossier, v.number, v.request_id, v.kind, v.outstanding_minor AS after_minor, v.fee_minor,
    COALESCE((SELECT e.outstanding_minor FROM dispute_event AS e WHERE e.dossier = v.dossier AND e.number = v.number - 1), 0)
      AS before_minor
  FROM dispute_event AS v
  WHERE v.business_date = :business_date
)
SELECT m.dossier, m.number, :business_date, m.request_id, m.kind, p.merchant_id, p.terminal_id, p.issuer, p.currency,
  m.before_minor - m.after_minor,
  (m.before_minor * p.interchange_rate_basis_points + 5000) / 10000
    - (m.after_minor * p.interchange_rate_basis_points + 5000) / 10000,
  m.fee_minor, (m.fee_minor * :dispute_vat_basis_points + 5000) / 10000, :dispute_vat_basis_points, p.rrn
FROM moved AS m
CROSS JOIN presentment AS p
WHERE p.request_id = m.request_id AND m.after_minor <> m.before_minor
