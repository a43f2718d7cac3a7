"""
Networks that are hurt on purpose: real nodes, real CometBFT, one machine.

    python -m huabiao.testing.network MANIFEST.toml        what a file describes
    python -m huabiao.testing.network --seed 7             a random one, always the same

- `manifest`  who takes part, what is done to whom and when, what must hold
- `wires`     every connection between two nodes, which can be cut or slowed
- `namespaces` cuts where nobody is told, as by a broken cable, where Linux allows
- `nodes`     the nodes as processes: start, kill, pause, wipe
- `clients`   the load meanwhile: each notes what it asked and what it was told
- `probe`     the contract that the load calls: registers, and books that sum to zero
- `liar`      a node whose application lies
- `checks`    what must hold at the end
- `run`       all of it, from a manifest to a report
"""
