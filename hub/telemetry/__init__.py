"""What the hub tells Prometheus: counts made as it works (meters), and what stands in the store (exposition)."""
