"""Streams for tests, benches and demos: made here, never recorded, the same at every run.

`script` tells an answer as the events of the contract, `answers` names items and answers, `profiles` tells them as
this or that server would, `wire` writes events as bytes, `workloads` are the loads that performance.md describes.
"""
