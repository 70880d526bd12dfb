"""What the file channel and the file source share: the ledger of files that were sent and taken."""
