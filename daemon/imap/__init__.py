"""Speaking IMAP (RFC 3501): connections, folders, reading, settling. What is read, and when, is the source's.

`client` alone knows the library (imapclient, and imaplib beneath it). `connection` owns the thread that a
blocking client needs, and every deadline. `folders`, `reading` and `settling` are the commands, as plain
blocking functions that take a client: they run on the connection's thread.
"""
