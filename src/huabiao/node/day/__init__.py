"""
A day in a city: what `make run` plays on a fresh chain, with real databases.

- `play`: the order of the day, and what is remembered between runs
- `cast`: who takes part, with keys in the home's wallets and roles from the chain
- `databases`: three real databases, and the gateways before them
- `directory`: duties, catalogs, scanned tables; later the drift
- `sharing`: a request, a narrower grant, rows, refusals; who used my data
- `evidence`: a file is notarised and its proof checked offline
- `stories`: every scenario's story, such as a load of hazardous waste to its end
- `personal`: a value sealed, opened, refused, erased, and proven erased
"""
