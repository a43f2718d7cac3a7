"""
The composition root: the only room that knows everyone.

- `home`: a node's folder: keys, genesis, lock
- `catalogue`: the contracts that ship, as genesis installs them
- `node`: wiring, start and stop
- `local_port`: what doors and services reach of a node in the same process
- `proving`: proof files from what a node holds
- `read_model`: the process that keeps the index; `following`: the node's side of it
- `replaying`: the whole log run again; `examining`: what is wrong with a home
- `day`: what `make run` plays on a fresh chain
"""
