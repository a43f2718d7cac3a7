"""
Many organisations: CometBFT orders the blocks, the ledger is the same.

- `abci.proto`    the messages, as far as they are used (abci_pb2.py is made from it)
- `server`        ABCI over a Unix socket: frames in, frames out
- `application`   what each call of ABCI does here
- `bundles`       hundreds of envelopes as one transaction; checked once, kept by hash
- `certifying`    signatures that travel with votes, and the certificates made of them
- `engine`        the engine that doors see; holds pool, application and process
- `binary`        which CometBFT this is: build/ pins it
- `layout`        the files that a CometBFT node starts from
- `process`       starts CometBFT and keeps it running
- `rpc`           asks it who is there
"""
