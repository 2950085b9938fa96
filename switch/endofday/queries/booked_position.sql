SELECT position_minor, booked_minor FROM (
  SELECT
    (SELECT SUM(debit_minor - credit_minor) FROM position
     WHERE business_date = :business_date AND role = 'issuer' AND participant = :issuer) AS position_minor,
    (SELECT COALESCE(SUM(amount_minor), 0) FROM book.booked_item WHERE business_date = :business_date) AS booked_minor
) AS compared
WHERE position_minor <> booked_minor
