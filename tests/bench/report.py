"""The report of a large audit: 256 addresses asked at 60 lists, and 100 domains. Run by `make bench`.

The demo's broken world is taken 64 times (its domains 15 times) under other names, so that every kind of finding is there and nothing is
as it should be. What is measured is what `selfaudit report` does after judging: HTML and PDF, in a process of its own.
"""

from __future__ import annotations

import asyncio
import copy
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from selfaudit.demo import Internet, demo_inputs
from selfaudit.engine import run_audit
from selfaudit.engine.evidence import encode_evidence
from selfaudit.net import open_net

ADDRESSES, DOMAINS, LISTS = 64, 15, 60  # how often the four addresses and the seven domains are taken; lists per address
LIMIT_SECONDS, LIMIT_MB, LIMIT_PDF_MB = 5, 300, 10

MEASURE = """
import json, resource, sys, time
from pathlib import Path
from selfaudit.engine import Audit, judge_evidence, load_evidence
from selfaudit.report.html import render_html
from selfaudit.report.json import encode_audit
from selfaudit.report.pdf import render_pages, render_pdf
evidence = load_evidence(Path(sys.argv[1]))
audit = Audit(evidence, judge_evidence(evidence))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
def timed(work):
    started, worked = time.perf_counter(), time.process_time()
    made = work()
    return made, time.perf_counter() - started, time.process_time() - worked
document, json_seconds, json_cpu = timed(lambda: encode_audit(audit))
html, html_seconds, html_cpu = timed(lambda: render_html(audit).encode())
pdf, pdf_seconds, pdf_cpu = timed(lambda: render_pdf(audit, audit_json=document))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
pages, pages_seconds, pages_cpu = timed(lambda: render_pages(audit))
print(json.dumps({"results": len(audit.results), "targets": len(evidence.targets), "json": [json_seconds, json_cpu, len(document)],
    "html": [html_seconds, html_cpu, len(html)], "pdf": [pdf_seconds, pdf_cpu, len(pdf)],
    "pages": [pages_seconds, pages_cpu, sum(map(len, pages))], "loaded_mb": before, "peak_mb": peak}))
"""


async def broken() -> dict[str, Any]:
    """The evidence of the demo on the day of the suspension, as JSON."""
    async with Internet("broken") as internet:
        case, brought = demo_inputs("broken")
        net = open_net(internet.settings, routes=internet.routes, **brought.along())
        audit = await run_audit(case, net, install_key=b"demo installation key")
    made: dict[str, Any] = json.loads(encode_evidence(audit.evidence))
    return made


def enlarged(evidence: dict[str, Any]) -> dict[str, Any]:
    """The same many times under other names."""
    records, targets = list(evidence["records"]), list(evidence["targets"])
    by_kind = {kind: [t["value"] for t in targets if t["kind"] == kind] for kind in ("address", "domain")}
    for record in records:
        if record["request"]["kind"] == "blocklist.address":
            answers = record["fact"]["answers"]
            answers += [copy.deepcopy(answers[0]) | {"zone": f"bulk{n}.lists.example"} for n in range(LISTS - len(answers))]
    more_records, more_targets = [], []
    for number in range(1, ADDRESSES):
        names = {
            a: f"198.18.{number}.{n}" if ":" not in a else f"2001:db8:{number:x}::{n}"
            for n, a in enumerate(by_kind["address"], 1)
        }
        kinds = {"address"}
        if number < DOMAINS:
            names |= {d: f"n{number}-{d}" for d in by_kind["domain"]}
            kinds.add("domain")
        subjects = {t["value"] for t in targets if t["kind"] in kinds}
        for record in records:
            if record["request"]["subject"] in subjects and record["outcome"] != "bug":
                text = json.dumps(record)
                for old, new in names.items():
                    text = text.replace(old, new)
                more_records.append(json.loads(text) | {"id": f"{record['id']}x{number}"})
        more_targets += [t | {"value": names[t["value"]]} for t in targets if t["value"] in names]
    case = evidence["case"] | {"targets": targets + more_targets}
    return evidence | {"records": records + more_records, "targets": targets + more_targets, "case": case}


def main() -> int:
    """Prints the figures; 1 if they are not kept."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "evidence.json"
        path.write_text(json.dumps(enlarged(asyncio.run(broken()))), encoding="utf-8")
        done = subprocess.run([sys.executable, "-c", MEASURE, str(path)], check=True, capture_output=True, text=True)
    found = json.loads(done.stdout)
    print(f"report of {found['targets']} targets with {found['results']:,} results, {found['peak_mb']:.0f} MB at most")
    for name in ("json", "html", "pdf", "pages"):
        seconds, worked, size = found[name]
        print(f"  {name:5}  {seconds:5.1f} s (CPU {worked:.1f} s), {size / 1e6:.1f} MB")
    seconds = sum(found[name][0] for name in ("json", "html", "pdf"))
    print(f"  together {seconds:.1f} s; {found['loaded_mb']:.0f} MB were taken by the loaded and judged evidence")
    kept = seconds < LIMIT_SECONDS and found["peak_mb"] - found["loaded_mb"] < LIMIT_MB and found["pdf"][2] < LIMIT_PDF_MB * 1e6
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
