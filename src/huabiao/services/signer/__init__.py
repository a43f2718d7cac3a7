"""
The signer: a process of its own that holds a header key, so that no node does.

- `guard`: reads what it is asked to sign, and signs one header a height, ever.
- `server`: the local socket, whom it answers, and one question a connection.

The other end is `huabiao.crypto.stores.signer_socket`.
"""
