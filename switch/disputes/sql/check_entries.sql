-- Merchants of whom the entries of the date are not what the disputes, write-offs and direct debits of the date come to.
WITH meant AS (
  SELECT merchant_id, CASE kind WHEN 'withdrawal' THEN 'representment' ELSE kind END AS kind, amount_minor, 0 AS vat_minor
  FROM dispute_item WHERE business_date = :business_date
  UNION ALL
  SELECT merchant_id, 'chargeback_fee', -fee_minor, -fee_vat_minor
  FROM dispute_item WHERE business_date = :business_date AND fee_minor > 0
  UNION ALL
  SELECT merchant_id, 'direct_debit', amount_minor, 0 FROM direct_debit WHERE business_date = :business_date
  UNION ALL
  SELECT x.merchant_id, 'write_off', e.amount_minor, 0
  FROM exception_end AS e
  JOIN exception_item AS x ON x.request_id = e.request_id
  JOIN exception_order AS o ON o.id = e.order_id
  WHERE e.business_date = :business_date AND e.outcome = 'written_off' AND o.pays_merchant = 1
), both AS (
  SELECT merchant_id, kind, amount_minor AS meant_minor, vat_minor AS meant_vat_minor, 0 AS entered_minor, 0 AS entered_vat_minor
  FROM meant
  UNION ALL
  SELECT merchant_id, kind, 0, 0, amount_minor, vat_minor
  FROM merchant_entry
  WHERE business_date = :business_date
    AND kind IN ('chargeback', 'representment', 'second_chargeback', 'chargeback_fee', 'direct_debit', 'write_off')
)
SELECT merchant_id, kind, SUM(meant_minor + meant_vat_minor), SUM(entered_minor + entered_vat_minor)
FROM both
GROUP BY merchant_id, kind
HAVING SUM(meant_minor) <> SUM(entered_minor) OR SUM(meant_vat_minor) <> SUM(entered_vat_minor)
ORDER BY merchant_id, kind
LIMIT :faults_shown_max
