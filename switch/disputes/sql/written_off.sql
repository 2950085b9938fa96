-- What the centre pays merchants of exceptions that it writes off at its own loss.
INSERT INTO merchant_entry (
  business_date, merchant_id, terminal_id, remise_number, kind, line, reference, amount_minor, vat_minor, vat_rate_basis_points,
  currency, rule, narrative)
SELECT :business_date, x.merchant_id, '', 0, 'write_off',
  ROW_NUMBER() OVER (PARTITION BY x.merchant_id ORDER BY x.request_id), CAST(x.request_id AS TEXT), e.amount_minor, 0, 0,
  x.currency, '', 'RRN ' || x.rrn
FROM exception_end AS e
JOIN exception_item AS x ON x.request_id = e.request_id
JOIN exception_order AS o ON o.id = e.order_id
WHERE e.business_date = :business_date AND e.outcome = 'written_off' AND o.pays_merchant = 1 AND e.amount_minor > 0
