-- Direct debits of the date that do not leave the payout which they settle, the one that brought the debt forward, at zero.
SELECT d.merchant_id, d.amount_minor
FROM direct_debit AS d
WHERE d.business_date = :business_date AND NOT EXISTS (
  SELECT 1 FROM payout AS p
  WHERE p.business_date = d.business_date AND p.merchant_id = d.merchant_id AND p.currency = d.currency
    AND p.brought_forward_minor < 0 AND p.net_minor = 0)
ORDER BY d.merchant_id
LIMIT :faults_shown_max
