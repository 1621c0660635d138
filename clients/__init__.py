"""Which bytes break which client: pinned clients read the published vectors from a real server.

`case` and `seen` say what is compared, `adapters` reads through each client's public API, `worker` runs one adapter in its
own process, `run` watches the workers, `verdict` judges a cell, `page` writes docs/clients.md. `make clients` does it all.
"""
