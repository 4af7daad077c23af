-- Accounts that were signed in with OAuth. `kind` says which credential counts: the key in the account's row, or the
-- tokens here. generation grows with every new refresh token; intent_ms is set while a refresh is under way whose
-- outcome is not known yet.
PRAGMA user_version = 2;

ALTER TABLE accounts ADD COLUMN kind TEXT NOT NULL DEFAULT 'key';

CREATE TABLE oauth_grants (
  account              TEXT PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  service              TEXT NOT NULL,
  subject              TEXT NOT NULL,
  client_id            TEXT NOT NULL,
  client_secret_sealed BLOB NOT NULL,
  token_url            TEXT NOT NULL,
  revoke_url           TEXT NOT NULL,
  scopes               TEXT NOT NULL,
  refresh_sealed       BLOB NOT NULL,
  access_sealed        BLOB NOT NULL,
  expires_ms           INTEGER NOT NULL,
  lifetime_ms          INTEGER NOT NULL,
  generation           INTEGER NOT NULL,
  obtained_ms          INTEGER NOT NULL,
  intent_ms            INTEGER,
  refused_ms           INTEGER,
  refused_why          TEXT NOT NULL
) STRICT, WITHOUT ROWID;
