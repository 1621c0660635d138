"""`python -m or_stream`: the `or-stream` command."""

from .cli import main

if __name__ == "__main__":  # a spawned process of `bench` imports this too
    main()
