"""Estimates beside the headline, and the verdict on them."""
