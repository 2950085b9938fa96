-- The ledger of some dates: what the closes posted, then what transfers did; entries whole, lines in order.
SELECT business_date, entry_id, account, debit_minor - credit_minor, currency, value_date, narrative
FROM (
  SELECT business_date, 1 AS part, 0 AS place, entry_id, line, account, debit_minor, credit_minor, currency, value_date,
    narrative
  FROM posting
  WHERE business_date BETWEEN :first AND :last
  UNION ALL
  SELECT business_date, 2, rowid, entry_id, line, account, debit_minor, credit_minor, currency, value_date, narrative
  FROM transfer_posting
  WHERE business_date BETWEEN :first AND :last
) AS posted
ORDER BY business_date, part, place, entry_id, currency, line
