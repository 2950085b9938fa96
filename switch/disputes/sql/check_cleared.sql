-- The account between merchants and issuers: what the one pays of disputes the other gets, on the same date.
SELECT currency, SUM(debit_minor) - SUM(credit_minor)
FROM posting
WHERE business_date = :business_date AND account = 'dispute-receivable'
GROUP BY currency
HAVING SUM(debit_minor) <> SUM(credit_minor)
LIMIT :faults_shown_max
