"""The daemon behind a municipality's mailbox. Start reading in `intake.py` and `dispatch.py`."""

__version__ = "0.1.0"
