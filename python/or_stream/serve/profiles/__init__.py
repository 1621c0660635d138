"""Servers as they are: how each sends the events of the contract."""

from .dialect import Dialect, KeyOrder
from .servers import PROFILES, ServerProfile

__all__ = ["PROFILES", "Dialect", "KeyOrder", "ServerProfile"]
