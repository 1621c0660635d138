"""Our metrics beside those that aiperf's own code finds on the same timeline; see `make test-aiperf`."""
