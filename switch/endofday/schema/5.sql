-- What identifies a merchant on its statement besides its name, as its contract had it on the date; empty where it says nothing.

ALTER TABLE statement ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE statement ADD COLUMN ice     TEXT NOT NULL DEFAULT '';  -- identifiant commun de l'entreprise, 15 digits
