-- Kept for another part of the books.
SELECT 1;
