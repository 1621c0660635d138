"""Speed beside peers, on the same bytes in the same run.

    python -m benches.report            every row, printed and written to docs/benchmarks.md (up to ten minutes)
    python -m benches.report --quick    the same in a minute or so, only printed
    python -m benches.report G1 G6      some rows
    python -m benches.instructions      the regression gate, in instructions
    pytest benches                      each path as a benchmark of its own

`rows` measure and hold against bars, `peers` and `ours` are what is measured, `workloads` what it is measured on.
"""
