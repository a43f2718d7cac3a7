"""
Chains that follow each other, hurt on purpose: real nodes of both engines, real relays.

    python -m huabiao.testing.crossing MANIFEST.toml       what a file describes
    python -m huabiao.testing.crossing --seed 7            a random one, always the same

- `manifest`   chains, routes, relays, and what is done to whom and when
- `drawing`    a random manifest from a seed
- `program`    a program whose clock can be set; a relay that lies
- `places`     chains and relays as processes, and the wires between them
- `governing`  what administrators do: follow, pause, change members, recover
- `load`       people who send values and call operations on other chains
- `faults`     what is done, and how it is undone
- `run`        all of it, from a manifest to a report
- `history`    the blocks of all chains in one order, and each packet's life
- `onlooker`   what circulates and is in flight, added up from states alone
- `laws`       what must hold at the end and at every height
"""
