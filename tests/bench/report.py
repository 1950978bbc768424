"""The report of a large audit: 256 addresses asked at 60 lists, and 100 domains. Run by `make bench`.

Worlds of the demo are taken 64 times (their domains 15 times) under other names. "mostly right" is what a real case of that size looks like:
the broken world once, and around it the mended one, where nearly everything passes. "nothing right" is the broken world throughout, so that
every kind of finding is there as often as it can be; it shows how much worse than a real case it may get. What is measured is what a bundle
needs after judging, in a process of its own: audit.json, and one content drawn as HTML and as PDF. The limits are those for "mostly right",
and the memory is that of the whole process with the loaded evidence.
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
import json, sys, time
from pathlib import Path
from selfaudit.engine import Audit, judge_evidence, load_evidence
from selfaudit.report.content import content_of
from selfaudit.report.html import html_of
from selfaudit.report.json import encode_audit
from selfaudit.report.pdf import draw_pages, draw_pdf
def peak():
    # Not ru_maxrss: a process that was started has that of the one that started it.
    return next(int(line.split()[1]) / 1024 for line in open("/proc/self/status") if line.startswith("VmHWM"))
bare = peak()
evidence = load_evidence(Path(sys.argv[1]))
loaded = peak()
audit = Audit(evidence, judge_evidence(evidence))
judged = peak()
def timed(work):
    started, worked = time.perf_counter(), time.process_time()
    made = work()
    return made, [time.perf_counter() - started, time.process_time() - worked, len(made) if isinstance(made, bytes) else 0, peak()]
document, json_took = timed(lambda: encode_audit(audit))
content, content_took = timed(lambda: content_of(audit))
html, html_took = timed(lambda: html_of(content).encode())
del html
pdf, pdf_took = timed(lambda: draw_pdf(content, document))
pages, pages_took = timed(lambda: b"".join(draw_pages(content, 100, 40)))
print(json.dumps({"results": len(audit.results), "targets": len(evidence.targets), "json": json_took, "content": content_took,
    "html": html_took, "pdf": pdf_took, "pages": pages_took, "memory": [bare, loaded, judged]}))
"""


async def seen(world: str) -> dict[str, Any]:
    """The evidence of a world of the demo, as JSON."""
    async with Internet(world) as internet:
        case, brought = demo_inputs(world)
        net = open_net(internet.settings, routes=internet.routes, **brought.along())
        audit = await run_audit(case, net, install_key=b"demo installation key")
    made: dict[str, Any] = json.loads(encode_evidence(audit.evidence))
    return made


def enlarged(evidence: dict[str, Any], around: dict[str, Any]) -> dict[str, Any]:
    """One world, and another one around it many times under other names."""
    records, targets = list(evidence["records"]), list(evidence["targets"])
    by_kind = {kind: [t["value"] for t in targets if t["kind"] == kind] for kind in ("address", "domain")}
    for record in records:
        if record["request"]["kind"] == "blocklist.address":
            answers = record["fact"]["answers"]
            answers += [copy.deepcopy(answers[0]) | {"zone": f"bulk{n}.lists.example"} for n in range(LISTS - len(answers))]
    others = list(around["records"])
    for record in others:
        if around is not evidence and record["request"]["kind"] == "blocklist.address":
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
        for record in others:
            if record["request"]["subject"] in subjects and record["outcome"] != "bug":
                text = json.dumps(record)
                for old, new in names.items():
                    text = text.replace(old, new)
                more_records.append(json.loads(text) | {"id": f"{record['id']}x{number}"})
        more_targets += [t | {"value": names[t["value"]]} for t in targets if t["value"] in names]
    case = evidence["case"] | {"targets": targets + more_targets}
    return evidence | {"records": records + more_records, "targets": targets + more_targets, "case": case}


def measured(evidence: dict[str, Any]) -> dict[str, Any]:
    """What its report takes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "evidence.json"
        path.write_text(json.dumps(evidence), encoding="utf-8")
        done = subprocess.run([sys.executable, "-c", MEASURE, str(path)], check=True, capture_output=True, text=True)
    made: dict[str, Any] = json.loads(done.stdout)
    return made


def told(name: str, found: dict[str, Any]) -> tuple[float, float, float]:
    """Prints the figures. Returns seconds, megabytes of the process at most, and megabytes of the PDF."""
    bare, loaded, judged = found["memory"]
    print(f"{name}: report of {found['targets']} targets with {found['results']:,} results")
    print(f"  at most {bare:.0f} MB for the program, {loaded:.0f} MB with the evidence, {judged:.0f} MB when it was judged")
    for step in ("json", "content", "html", "pdf", "pages"):
        seconds, worked, size, peak = found[step]
        print(
            f"  {step:7}  {seconds:5.1f} s (CPU {worked:.1f} s), {size / 1e6:.1f} MB long, at most {peak:.0f} MB taken until then"
        )
    seconds = sum(found[step][0] for step in ("json", "content", "html", "pdf"))
    print(f"  together {seconds:.1f} s without the pages, {found['pdf'][3]:.0f} MB in all")
    return seconds, found["pdf"][3], found["pdf"][2] / 1e6


def main() -> int:
    """Prints the figures; 1 if they are not kept."""
    broken, fixed = asyncio.run(seen("broken")), asyncio.run(seen("fixed"))
    real = enlarged(copy.deepcopy(broken), fixed)
    told("nothing right", measured(enlarged(broken, broken)))
    seconds, memory, size = told("mostly right", measured(real))
    print(f"  limits: {LIMIT_SECONDS} s, {LIMIT_MB} MB in all, {LIMIT_PDF_MB} MB of PDF")
    return 0 if seconds < LIMIT_SECONDS and memory < LIMIT_MB and size < LIMIT_PDF_MB else 1


if __name__ == "__main__":
    sys.exit(main())
