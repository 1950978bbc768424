"""What the app keeps: cases, runs with each observation as it arrives, the person's own marks, statements as they were signed or
exported, and the files that a person shows. SQLite, in the data folder.
"""

from selfaudit.store.attachments import read_attachment
from selfaudit.store.database import StoreError, default_path, open_store
from selfaudit.store.export import write_export
from selfaudit.store.model import CaseRow, KeptStatement, PastChange, RunRow, RunState
from selfaudit.store.store import KEPT_RUNS, Store

__all__ = [
    "KEPT_RUNS",
    "CaseRow",
    "KeptStatement",
    "PastChange",
    "RunRow",
    "RunState",
    "Store",
    "StoreError",
    "default_path",
    "open_store",
    "read_attachment",
    "write_export",
]
