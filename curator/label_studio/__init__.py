"""Label Studio: its API, its payloads, its labelling interface and, on this machine, its process."""
