"""What the app keeps: cases, runs with each observation as it arrives, and the person's own marks. SQLite, in the data folder."""

from selfaudit.store.database import StoreError, default_path, open_store
from selfaudit.store.model import CaseRow, PastChange, RunRow, RunState
from selfaudit.store.store import Store

__all__ = ["CaseRow", "PastChange", "RunRow", "RunState", "Store", "StoreError", "default_path", "open_store"]
