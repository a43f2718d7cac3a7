"""
What becomes of old blocks: archived, verified, pruned, backed up, restored.

In reading order:

- `archive_file`  the format: one file of blocks with their certificates
- `archive`       a folder of such files, as one run of blocks
- `archiving`     from a home to a folder, beside a running node too
- `checking`      the walk over headers, roots, certificates and changes of members
- `block_proofs`  proof files from one block, wherever it was kept
- `archive_proofs`  proof files from an archive
- `pruning`       whole segments removed, when an archive holds them
- `putting_back`  archived blocks laid back under a log
- `frozen`        the files of a running node as they were at one moment
- `backing_up`, `restoring`   one tar file of a home, and a home of it
"""
