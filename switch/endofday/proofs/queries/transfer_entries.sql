-- Entries of transfers that do not balance.
SELECT entry_id, SUM(debit_minor), SUM(credit_minor)
FROM transfer_posting
GROUP BY entry_id, currency
HAVING SUM(debit_minor) <> SUM(credit_minor)
ORDER BY entry_id
LIMIT :faults_shown_max
