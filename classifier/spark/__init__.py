"""
Score on Spark, for who outgrows one machine: Parquet folders in, Parquet folders out, and in them what `score_export` gives.

    settle   every row becomes a post or a reject, once, and is laid down: whatever follows sees the same posts
    match    rows that share a key are held against each other, by what finds duplicates on one machine, in the order of the export
    judge    `judge_batch`, and the tallies of accounts beside it, where the rows are: an account with half of all posts costs nothing more
    gather   the tallies are merged and the tables written

A function that runs on a worker gives rows back and writes nothing: a worker that dies is run again, and only Spark's commit
puts a table in its place.
"""

from classifier.spark.run import score_on_spark

__all__ = ["score_on_spark"]
