"""What people and programs may see of the hub: read-only queries that give plain JSON-ready records.

Each takes an open read connection (``with store.read() as connection``), so that one answer is one consistent
view. Times are RFC 3339 text or None; ids and codes are text. Nothing here writes or knows HTTP.
"""
