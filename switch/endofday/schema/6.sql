-- The place of another script.
SELECT 1;
