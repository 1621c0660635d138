"""The plugin's own fixture, whether or not pytest has loaded the plugin by its entry point."""

from or_stream.testing import responses_server

__all__ = ["responses_server"]
