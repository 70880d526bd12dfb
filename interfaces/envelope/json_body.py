"""The JSON codec under the name envelopes first gave it; use ``interfaces.codec.json``."""

from interfaces.codec.json import read, read_text, write, write_text

__all__ = ["read", "read_text", "write", "write_text"]
