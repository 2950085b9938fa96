-- All of each currency in the range. What is carried counts once, at the last date: a later payout brings it forward.
SELECT
  t.currency, SUM(t.presentment_count + t.adjustment_count), SUM(t.refund_count), SUM(t.adjustment_count), SUM(t.gross_minor),
  SUM(t.interchange_minor), SUM(t.discount_minor), SUM(t.vat_minor), SUM(t.net_minor),
  COALESCE((SELECT SUM(p.net_minor) FROM payout AS p
    WHERE p.business_date BETWEEN :first AND :last AND p.currency = t.currency AND p.outcome = 'paid'), 0),
  COALESCE((SELECT SUM(p.net_minor) FROM payout AS p
    WHERE p.business_date = :last_closed AND p.currency = t.currency AND p.outcome = 'carried'), 0)
FROM day_total AS t
WHERE t.business_date BETWEEN :first AND :last
GROUP BY t.currency
ORDER BY SUM(t.presentment_count) DESC, t.currency
