"""Documents that an agreement yields: a page for people, and what each side must change between two versions."""

from interfaces.docs.changes import changes
from interfaces.docs.page import page

__all__ = ["changes", "page"]
