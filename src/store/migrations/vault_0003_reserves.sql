-- Names under which a target may mean several accounts, words for people, and what is kept of a quota for its owner:
-- below reserve_percent an account is asked last, or with reserve_strict not at all.
PRAGMA user_version = 3;

ALTER TABLE accounts ADD COLUMN groups TEXT NOT NULL DEFAULT '[]';
ALTER TABLE accounts ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE accounts ADD COLUMN reserve_percent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN reserve_strict INTEGER NOT NULL DEFAULT 0;
