-- Merchants of whom the entries of the date are not what the disputes, write-offs and direct debits of the date come to.
-- A sale that was written off at the loss of the centre is worth to its merchant what the journal leaves of it from date to date.
WITH lowered AS (
  SELECT x.merchant_id, e.amount_minor AS written_minor, MIN(v.replacement_minor) AS now_minor,
    COALESCE(MIN(CASE WHEN v.business_date < :business_date THEN v.replacement_minor END), e.amount_minor) AS before_minor
  FROM exception_end AS e
  JOIN exception_order AS o ON o.id = e.order_id
  JOIN exception_item AS x ON x.request_id = e.request_id
  JOIN journal.reversal AS v ON v.original_id = e.request_id AND v.effective = 1 AND v.business_date <= :business_date
  WHERE e.outcome = 'written_off' AND o.pays_merchant = 1 AND e.business_date < :business_date AND e.request_id IN (
    SELECT r.original_id FROM journal.reversal AS r WHERE r.effective = 1 AND r.business_date = :business_date)
  GROUP BY e.request_id, x.merchant_id, e.amount_minor
), meant AS (
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
  UNION ALL
  SELECT l.merchant_id, 'write_off', MIN(l.written_minor, l.now_minor) - MIN(l.written_minor, l.before_minor), 0
  FROM lowered AS l
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
