"""The status page at ``/``: plain HTML for a person who watches and repairs. No scripts."""
