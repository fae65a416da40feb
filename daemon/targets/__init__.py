"""Where deliveries go: one file for each word that `deliver` knows. The port is `ports.Target`, the contract `tests/contracts`."""
