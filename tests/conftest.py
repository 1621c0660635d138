"""Fixtures of more than one folder."""

pytest_plugins = ["tests.tls.certificates"]
