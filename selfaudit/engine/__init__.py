"""From a case to judged evidence: plan, run, judge."""

from selfaudit.engine.evidence import Evidence, Record, load_evidence, save_evidence
from selfaudit.engine.judge import judge_evidence
from selfaudit.engine.model import Audit
from selfaudit.engine.plan import Plan, make_plan
from selfaudit.engine.run import run_audit

__all__ = [
    "Audit", "Evidence", "Plan", "Record", "judge_evidence", "load_evidence", "make_plan", "run_audit", "save_evidence",
]  # fmt: skip
