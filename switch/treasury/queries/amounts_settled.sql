-- The amounts beside the remises: none in the books yet.
SELECT '', '', '', '', 0, '', '', '', 0, 0, '' WHERE :first = :last AND :merchant_id = '' AND 0
