"""
The relay: carries headers and packets between chains, and is trusted with nothing.

- `carrying`     the calls that bring a proof from one chain to another
- `facts`        what a relay reads of clients, routes and packets
- `planning`     facts of both sides → the calls to make; a pure function
- `doors`        a chain through whichever of its addresses answers
- `looking`      the facts of one link, read from both of its chains
- `link`         one direction: read, plan, prove, send, and learn from refusals
- `misbehaviour` two certified headers of one height
- `relay`        every link between some chains, each in a thread of its own
- `figures`      lag and cost, for people and for Prometheus
- `telling`      what is said, and not again soon

    relay = Relay(addresses, identities, say)
    relay.run(stop)            until told to stop
    relay.once()               what there is to do now

Nothing is kept between two runs: a relay that was killed reads the chains and goes on.
What it remembers while it runs (cursors, what was refused) saves work and decides
nothing.
"""

from huabiao.services.relay.relay import Relay

__all__ = ["Relay"]
