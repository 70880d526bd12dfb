"""Registering interfaces: versions and their states, what a version must show first, and who follows it."""
