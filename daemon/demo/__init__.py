"""The demonstration: the real daemon at work on sample mails, with nothing else installed.

An IMAP server and two SMTP servers run inside this process on free loopback ports (`servers`); the daemon
itself is the real one, a process of its own with a configuration file of its own (`town`). The samples
and what must become of each stand in `mails/` (`samples`); `play` leads through it, `story` tells it.
"""
