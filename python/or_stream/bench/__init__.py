"""For benchmarks: when everything came, and what each tool's metrics say of it."""
