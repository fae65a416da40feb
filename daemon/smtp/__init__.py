"""Speaking SMTP as a client: `connection` (the one place that knows aiosmtplib), `pool` (which connections
are open) and `replies` (what an answer means). Used by `targets/mail`, as `imap` is by its source and target.
"""
