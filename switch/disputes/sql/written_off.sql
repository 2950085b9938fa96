-- What the centre pays merchants of exceptions that it writes off at its own loss, and takes back when a reversal of a later date
-- lowers such a sale: the cardholder was never charged, and the merchant is to keep no more than what is left of it.
INSERT INTO merchant_entry (
  business_date, merchant_id, terminal_id, remise_number, kind, line, reference, amount_minor, vat_minor, vat_rate_basis_points,
  currency, rule, narrative)
WITH paid AS (
  SELECT x.merchant_id, e.request_id, e.amount_minor, x.currency, x.rrn, '' AS remark
  FROM exception_end AS e
  JOIN exception_item AS x ON x.request_id = e.request_id
  JOIN exception_order AS o ON o.id = e.order_id
  WHERE e.business_date = :business_date AND e.outcome = 'written_off' AND o.pays_merchant = 1
  UNION ALL
  SELECT x.merchant_id, e.request_id, v.replacement_minor - (
      SELECT SUM(b.amount_minor) FROM merchant_entry AS b
      WHERE b.merchant_id = x.merchant_id AND b.kind = 'write_off' AND b.reference = CAST(e.request_id AS TEXT)),
    x.currency, x.rrn, ', reversed'
  FROM remainder AS v
  CROSS JOIN exception_end AS e
  JOIN exception_item AS x ON x.request_id = e.request_id
  JOIN exception_order AS o ON o.id = e.order_id
  WHERE e.request_id = v.request_id AND e.business_date < :business_date AND e.outcome = 'written_off' AND o.pays_merchant = 1
)
SELECT :business_date, merchant_id, '', 0, 'write_off', ROW_NUMBER() OVER (PARTITION BY merchant_id ORDER BY request_id),
  CAST(request_id AS TEXT), amount_minor, 0, 0, currency, '', 'RRN ' || rrn || remark
FROM paid
WHERE (remark = '' AND amount_minor > 0) OR (remark <> '' AND amount_minor < 0)
