"""
The doors: how people and programs reach a city. They reach its ledger through client.

- `api`          HTTP, with an OpenAPI document
- `pages`        plain HTML, Chinese first
- `cli`          the command line
- `visibility`   who may see a record: every door asks there
- `city`         what stands behind every door
- `reading`      blocks and envelopes, as a viewer may see them
- `happened`     events of all contracts, newest first
- `records`      records, accounts and the directory, as a viewer may see them
- `viewer`       who asks: the city behind a request, the account of a session
- `bills`        electronic bills: a copy for people, and the public check
- `plan`         the action plan, and what is late
- `at_a_glance`  how the city is: its pace, members, what is late, what alarms
- `directory_levels`  the directory as a tree; `directory_graph` draws it
- `charts`       counts as a drawing
- `supervising`  alerts with reasons, and a case end to end, for supervisors
- `evidence_package`  such a case as a ZIP for a court
- `proof_files`  proofs to take away, for whoever may see what they prove
- `opening`      a personal value opened, noted on the chain first
- `vault`        personal and secret values, as far as a viewer may have them
- `depositing`   an envelope with the values behind its commitments
- `sessions`     an account proves its key once
- `wallet`       what is an account's own
- `authorising`  a code drawn for the holder of a licence
- `diagram`      the states of a scenario as a drawing
- `problems`     what went wrong (RFC 9457)
"""
