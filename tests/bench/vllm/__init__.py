"""Our metrics beside those of vLLM's own code, which runs under an interpreter of its own: `make test-vllm`."""
