"""A server of recordings."""
