-- By merchant, under the name it had on its latest date of the range.
SELECT
  t.merchant_id,
  COALESCE((SELECT s.name FROM statement AS s
    WHERE s.merchant_id = t.merchant_id AND s.business_date BETWEEN :first AND :last
    ORDER BY s.business_date DESC LIMIT 1), ''),
  SUM(t.presentment_count + t.adjustment_count), SUM(t.gross_minor), SUM(t.discount_minor), SUM(t.vat_minor), SUM(t.net_minor)
FROM statement_total AS t
WHERE t.business_date BETWEEN :first AND :last AND EXISTS (
  SELECT 1 FROM payout AS p
  WHERE p.business_date = t.business_date AND p.merchant_id = t.merchant_id AND p.currency = :currency)
GROUP BY t.merchant_id
ORDER BY SUM(t.gross_minor) DESC, t.merchant_id
