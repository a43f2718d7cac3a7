"""
Where a signing key lives, behind one narrow interface: `public` and `sign(message)`.

- `signing`: that interface, and what is said when a store does not answer.
- `reference`: a store named in one line (a path, `pkcs11:…`, `unix:…`), and opened.
- `pkcs11_token`: a key in a hardware module or smart card, over PKCS#11.
- `signer_socket`: a key that a signer process holds, asked over a local socket.
- `os_keyring`: the operating system's keyring, which keeps the passphrase of key files.

The encrypted file itself is `huabiao.crypto.keystore`.
"""
