-- Disputes are of the position and of no account: a bank opens them, and what it owes its cardholder is its own business.
SELECT position_minor, booked_minor FROM (
  SELECT
    COALESCE((SELECT SUM(debit_minor - credit_minor) FROM position
     WHERE business_date = :business_date AND role = 'issuer' AND participant = :issuer), 0)
    - COALESCE((SELECT SUM(amount_minor) FROM dispute_item
     WHERE business_date = :business_date AND issuer = :issuer), 0) AS position_minor,
    (SELECT COALESCE(SUM(amount_minor), 0) FROM book.booked_item WHERE business_date = :business_date) AS booked_minor
) AS compared
WHERE position_minor <> booked_minor
