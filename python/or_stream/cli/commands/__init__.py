"""What each command takes; what it does is in the module of its name, one folder up."""
