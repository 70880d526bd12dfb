-- Embedded AMQP: one SQLite file as a queue broker. The contract between independent drivers.
-- Open with: PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=10000. Every change in BEGIN IMMEDIATE.
--
-- publish(batch)  one transaction. A message is copied to every queue bound to (exchange, routing_key); the default
--                 exchange '' routes by queue name. With `mandatory` a message that reaches no queue is reported
--                 back as unroutable and the others are kept. Committed = confirmed.
-- get(queue, n)   oldest first by id among rows with no lease or a lease that ran out (lease_until <= now, real time
--                 in microseconds UTC): sets lease_owner, lease_until, deliveries = deliveries + 1.
--                 A row whose deliveries already reached the queue's delivery_limit is dead-lettered instead.
-- ack(id, owner)  deletes the row if `owner` still holds the lease; else it is a no-op (somebody else has it).
-- nack(id, owner, requeue)  requeue: drops the lease (it becomes visible at once, at its old place);
--                 at the delivery limit, or without requeue: dead letter.
-- dead letter     the row moves to the queue named dead_letter, with `death` = {"queue","reason","deliveries","at"}
--                 and deliveries = 0; no dead_letter queue: it is deleted.
-- declare(queue)  idempotent; other arguments than the existing ones are a clash and are reported, never changed.
CREATE TABLE IF NOT EXISTS queue (
  name TEXT PRIMARY KEY,
  delivery_limit INTEGER NOT NULL DEFAULT 5,
  dead_letter TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS binding (
  exchange TEXT NOT NULL,
  routing_key TEXT NOT NULL,
  queue TEXT NOT NULL REFERENCES queue (name),
  PRIMARY KEY (exchange, routing_key, queue)
);
CREATE TABLE IF NOT EXISTS message (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  queue TEXT NOT NULL REFERENCES queue (name),
  message_id TEXT NOT NULL DEFAULT '',
  correlation_id TEXT NOT NULL DEFAULT '',
  reply_to TEXT NOT NULL DEFAULT '',
  content_type TEXT NOT NULL DEFAULT 'application/octet-stream',
  headers TEXT NOT NULL DEFAULT '{}',   -- JSON object of strings
  body BLOB NOT NULL,
  enqueued_at INTEGER NOT NULL,         -- microseconds UTC, real time
  deliveries INTEGER NOT NULL DEFAULT 0,
  lease_owner TEXT NOT NULL DEFAULT '',
  lease_until INTEGER NOT NULL DEFAULT 0,
  death TEXT NOT NULL DEFAULT ''        -- JSON, on dead-lettered rows
);
CREATE INDEX IF NOT EXISTS message_queue ON message (queue, id);
