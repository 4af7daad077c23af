-- The vault as it began. Times are milliseconds since 1970. Columns named *_sealed hold ciphertext that is bound to its
-- table, row and column.
PRAGMA application_id = 1095193681;
PRAGMA user_version = 1;

CREATE TABLE accounts (
  id                TEXT PRIMARY KEY,
  label             TEXT NOT NULL COLLATE NOCASE UNIQUE,
  provider          TEXT NOT NULL,
  base_url          TEXT NOT NULL,
  credential_sealed BLOB NOT NULL,
  key_header        TEXT NOT NULL,
  models            TEXT NOT NULL,
  excluded_models   TEXT NOT NULL,
  enabled           INTEGER NOT NULL,
  priority          INTEGER NOT NULL,
  weight            INTEGER NOT NULL,
  concurrency_max   INTEGER NOT NULL,
  insecure_http     INTEGER NOT NULL,
  extra_sealed      BLOB NOT NULL,
  created_ms        INTEGER NOT NULL,
  updated_ms        INTEGER NOT NULL
) STRICT;

CREATE TABLE routes (
  position INTEGER PRIMARY KEY,
  match    TEXT NOT NULL,
  targets  TEXT NOT NULL,
  strict   INTEGER NOT NULL
) STRICT;

CREATE TABLE client_keys (
  id         TEXT PRIMARY KEY,
  name       TEXT NOT NULL COLLATE NOCASE,
  digest     TEXT NOT NULL UNIQUE,
  hint       TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  revoked_ms INTEGER,
  limits     TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX client_keys_live_name ON client_keys (name) WHERE revoked_ms IS NULL;

CREATE TABLE settings (
  name         TEXT PRIMARY KEY,
  value        TEXT,
  value_sealed BLOB,
  updated_ms   INTEGER NOT NULL,
  CHECK ((value IS NULL) <> (value_sealed IS NULL))
) STRICT;

CREATE TABLE cool_downs (
  account       TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  model         TEXT NOT NULL,
  until_unix_ms INTEGER NOT NULL,
  code          TEXT NOT NULL,
  message       TEXT NOT NULL,
  PRIMARY KEY (account, model)
) STRICT, WITHOUT ROWID;

-- settings_revision: grows with each change of a setting. key_check_sealed: opens with the right key only.
CREATE TABLE meta (
  only_row          INTEGER PRIMARY KEY CHECK (only_row = 1),
  settings_revision INTEGER NOT NULL,
  key_check_sealed  BLOB NOT NULL
) STRICT;
