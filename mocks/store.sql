-- One outside system's own memory: one SQLite file, written by that system only.
-- Opened with journal_mode=WAL, synchronous=NORMAL: survives a killed process; a mock need not survive a power cut.
CREATE TABLE IF NOT EXISTS journal (        -- everything in and out, in order
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,                      -- microseconds UTC, real time
  direction TEXT NOT NULL,                  -- in | out
  operation TEXT NOT NULL,
  key TEXT NOT NULL,
  body TEXT NOT NULL,                       -- JSON, the wire tree
  outcome TEXT NOT NULL                     -- done | again | refused: <code> | fault: <what> | sent | failed: <why>
);
CREATE INDEX IF NOT EXISTS journal_direction ON journal (direction);
CREATE TABLE IF NOT EXISTS effect (         -- what was really done, counted
  key TEXT NOT NULL,
  step TEXT NOT NULL,
  subject TEXT NOT NULL,                    -- who has it now: service, subscription, work order
  count INTEGER NOT NULL,
  PRIMARY KEY (key, step)
);
CREATE TABLE IF NOT EXISTS rule (           -- behaviours and faults still to come
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  operation TEXT NOT NULL,
  value TEXT NOT NULL,
  "do" TEXT NOT NULL,
  times INTEGER NOT NULL,                   -- how often still; -1 = always
  args TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS rule_value ON rule (value) WHERE times <> 0;
CREATE TABLE IF NOT EXISTS thing (          -- numbers, ports, services, orders, accounts ...
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  area TEXT NOT NULL,
  state TEXT NOT NULL,
  owner TEXT NOT NULL,
  until INTEGER NOT NULL,                   -- business time at which the state ends by itself; 0 = never
  data TEXT NOT NULL,                       -- JSON
  PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS thing_state ON thing (kind, area, state, id);
CREATE INDEX IF NOT EXISTS thing_owner ON thing (owner) WHERE owner <> '';
CREATE TABLE IF NOT EXISTS answer (         -- first answers, by the caller's key
  key TEXT NOT NULL,
  operation TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (key, operation)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS job (            -- what this system still has to do or send
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  due INTEGER NOT NULL,                     -- microseconds UTC, real time
  name TEXT NOT NULL,
  key TEXT NOT NULL,
  payload TEXT NOT NULL,                    -- JSON
  attempt INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS job_due ON job (due);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
