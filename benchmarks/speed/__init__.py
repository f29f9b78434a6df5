"""Shop events to segments: what `dbt build` takes, beside notebooks and beside the least it could.

`make bench` runs all of it, or a part such as `make bench PARTS="whole day" SIZES=1000000 RUNS=3`,
and writes benchmarks/RESULTS.md. It takes hours and about 60 GB in the folder BENCH_DATA (by
default in the temporary folder), where the events and what was measured are kept between runs.

measure: one process or dbt command, its seconds and its memory.
steps: where the seconds of a dbt command went.
events: the files of events.
queries: what is asked of files and databases, each in a process of its own.
parts: what is measured.
figures, targets, results: medians and ratios, what is aimed at, and the page.
"""
