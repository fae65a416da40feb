"""Where mail is read: one file for each kind of source. The port is `ports.Source`, the contract `tests/contracts`."""
