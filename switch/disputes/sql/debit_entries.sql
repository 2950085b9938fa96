-- What is collected from a merchant below zero changes what it is paid: it owes that no longer.
INSERT INTO merchant_entry (
  business_date, merchant_id, terminal_id, remise_number, kind, line, reference, amount_minor, vat_minor, vat_rate_basis_points,
  currency, rule, narrative)
SELECT business_date, merchant_id, '', 0, 'direct_debit', 1, reference, amount_minor, 0, 0, currency, '',
  reference
FROM direct_debit
WHERE business_date = :business_date
