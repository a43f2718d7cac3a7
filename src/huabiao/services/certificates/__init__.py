"""
X.509 certificates of organisations: an authority in a folder, on RFC 5280.

- `algorithms`: SM2, ECDSA and RSA keys: made, written, signing, and read from requests.
- `building`: certificates and revocation lists, as bytes to be signed.
- `authority`: the folder: its key, what it issued, what it revoked.
"""
