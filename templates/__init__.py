"""Every sentence that a citizen or a member of staff reads. Found by `importlib.resources`; holds no code."""
