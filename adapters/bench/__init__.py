"""Figures of the house, each beside something it can be compared with in the same run. ``mboss bench``."""
