"""Real connections on the loopback interface: a server in a process of its own, and clients that read from it."""
