-- Of each booked event: the issuer is paid what the merchant pays, or the other way round, and its interchange follows.
INSERT INTO posting (
  entry_id, line, business_date, kind, account, debit_minor, credit_minor, currency, value_date, narrative)
WITH moved AS (
  SELECT dossier, number, issuer, currency, amount_minor, interchange_minor,
    :business_date || '/dispute/' || dossier || '/' || number AS entry_id, REPLACE(kind, '_', ' ') || ' ' || dossier AS narrative
  FROM dispute_item
  WHERE business_date = :business_date
), movement AS (
  SELECT entry_id, 1 AS line, 'dispute-receivable' AS account, -amount_minor AS amount_minor, currency, narrative FROM moved
  UNION ALL
  SELECT entry_id, 2, 'issuer-receivable:' || issuer, amount_minor, currency, narrative FROM moved
  UNION ALL
  SELECT entry_id, 3, 'interchange-expense', interchange_minor, currency, 'interchange of ' || narrative FROM moved
  UNION ALL
  SELECT entry_id, 4, 'issuer-receivable:' || issuer, -interchange_minor, currency, 'interchange of ' || narrative FROM moved
)
SELECT entry_id, line, :business_date, 'entry', account, MAX(amount_minor, 0), MAX(-amount_minor, 0), currency, :business_date,
  narrative
FROM movement
WHERE amount_minor <> 0
