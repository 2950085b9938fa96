SELECT participant, MAX(name), role, SUM(debit_minor), SUM(credit_minor), SUM(interchange_minor), SUM(net_minor)
FROM position
WHERE business_date BETWEEN :first AND :last AND currency = :currency
GROUP BY participant, role
ORDER BY role DESC, participant
