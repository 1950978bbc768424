"""What of a server's software is looked up in the list of releases, and the commands that bring each of it up to date."""

from __future__ import annotations

import datetime
import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from selfaudit.facts.host import HostReport, PartStatus
from selfaudit.i18n import phrase
from selfaudit.protocols.eol import Phase, Product, State, number, older_than, products, state, successor
from selfaudit.protocols.host_system import System, system_of
from selfaudit.text import printable

PARTS = ("software.runtimes", "software.panels", "software.sites")
_SHOWN = 6
_PATH = 80
_MAX_VERSION = 100
# Builders that put fixes of their own into branches that upstream has ended; their contract counts, not upstream's date.
_KEEPERS = ("cloudlinux", "alt-php", "/opt/alt/", "tuxcare", "freexian", "plesk-els", "redhat", "red hat")
# What a distribution writes into the versions of its packages, and what builders for that distribution write besides.
_MARK = re.compile(r"[+~]deb\d+u\d+|\dubuntu\d|debian-\d|\.(?:el|fc|amzn)\d|\+el\d|-(?:lp|bp)15\d\.\d|-150[0-7]00\.\d", re.I)
_FOREIGN = re.compile(
    r"sury|remi|pgdg|ngx|gbp|bpo|ubuntu\d\d\.\d\d$|ppa|\.ius|codeit|litespeed|percona|mariadb\.org|cpanel|plesk", re.I
)
# Parts of the system itself, which its own updates replace although no package owns them.
_BASE_FREEBSD = re.compile(r"/(?:usr/)?(?:bin|sbin|lib|libexec)/")
_BASE_WINDOWS = re.compile(r"[a-z]:[\\/]windows[\\/]", re.I)
_NAMES = {
    "httpd": "apache",
    "apache2": "apache",
    "nodejs": "node",
    "postgres": "postgresql",
    "named": "bind",
    "sshd": "openssh",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is installed.

    Attributes:
        product: the name in the list of releases.
        title: for people.
        version: as the collector saw it.
        path: of the program or site, "" if it has none.
        owner: of a site, "" if not known.
        entry: the list's entry, None if the product is not in it.
        state: what the list says on the day of the audit.
        site: it is a web application, not a program of the system.
        surely: the system's package manager certainly does not look after it.
    """

    product: str
    title: str
    version: str
    path: str
    owner: str
    entry: Product | None
    state: State
    site: bool = False
    surely: bool = True

    @property
    def words(self) -> str:
        """The thing with its version and place."""
        place = self.path and f" ({printable(self.path, _PATH)})"
        return f"{self.title} {printable(self.version, 40) or '?'}{place}"

    @property
    def behind(self) -> str:
        """The newer version of the same line that the list knows, "" if there is none."""
        release, mine = self.state.release, number(self.version)
        return release.latest if release and release.latest and mine and older_than(mine, release.latest) else ""


@dataclass(frozen=True, slots=True)
class Inventory:
    """Everything that was found, sorted by who looks after it.

    Attributes:
        listed: to be judged by the list of releases.
        unlisted: not in the list, and not looked after by the system's package manager.
        distribution: names of programs that the distribution looks after, with its packages or as a part of the system itself.
        kept: those that a builder with fixes of its own looks after.
        vendor: packages from another source that are not in the list.
        partial: parts of the file that say less than all, with the reason.
    """

    listed: tuple[Item, ...]
    unlisted: tuple[Item, ...]
    distribution: tuple[str, ...]
    kept: tuple[str, ...]
    vendor: tuple[str, ...]
    partial: tuple[str, ...]


def inventory(report: HostReport, day: datetime.date) -> Inventory:
    """Sorts the parts about software."""
    items: list[Item] = []
    distribution: dict[str, None] = {}
    kept: dict[str, None] = {}
    vendor: dict[str, None] = {}
    system = system_of(report)
    for name, version, path, package, origin in report.rows("software.runtimes", 5):
        item = _item(name, version, path, day, surely=package in ("", "-") or origin not in ("", "-"))
        if _of_distribution(system, version, path, package, origin):
            distribution.setdefault(item.title)
        elif any(mark in f"{path} {package} {origin}".lower() for mark in _KEEPERS):
            kept.setdefault(item.words)
        elif item.entry is None and package not in ("", "-"):
            vendor.setdefault(item.words)
        elif item.product:
            items.append(item)
    for name, version, _edition in report.rows("software.panels", 3):
        # cPanel once wrote 11. before every version.
        plain = version.removeprefix("11.") if name.lower() == "cpanel" else version
        items.append(_item(name, plain, "", day))
    items += [
        _item(kind, version, path, day, owner=owner, site=True)
        for kind, path, version, owner in report.rows("software.sites", 4)
    ]
    known = [i for i in items if i.product]
    return Inventory(
        tuple(i for i in known if i.entry is not None), tuple(i for i in known if i.entry is None), tuple(distribution),
        tuple(kept), tuple(vendor), tuple(_partial(report)),
    )  # fmt: skip


def _of_distribution(system: System, version: str, path: str, package: str, origin: str) -> bool:
    """Whether the system's own updates look after a program: by its package, its place, or the mark in its version where no origin is told."""
    if package not in ("", "-"):
        if origin == "distribution" or (system.family == "freebsd" and package.startswith("FreeBSD-")):
            return True
    elif (system.family == "freebsd" and _BASE_FREEBSD.match(path)) or (
        system.family == "windows" and _BASE_WINDOWS.match(path)
    ):
        return True
    seen = version[:_MAX_VERSION]
    return origin in ("", "-") and _MARK.search(seen) is not None and _FOREIGN.search(f"{seen} {package}") is None


def _item(
    name: str, version: str, path: str, day: datetime.date, *, owner: str = "", site: bool = False, surely: bool = True
) -> Item:
    key = name.strip().lower()
    key = _NAMES.get(key, key)
    entry = products().get(key)
    now = state(entry, version, day) if entry is not None else State(Phase.UNKNOWN)
    return Item(key, entry.title if entry else printable(name, 40), version, path, owner, entry, now, site, surely)


def _partial(report: HostReport) -> Iterator[str]:
    for name in (*PARTS, "software.plugins", "software.wp"):
        part = report.part(name)
        if part is None:
            if name in PARTS:
                yield f"{name}: {report.lacks(name)}"
        elif part.cut:
            yield phrase("{part}: the collector's list was full", part=name)
        elif part.status not in (PartStatus.OK, PartStatus.ABSENT) and not (
            name == "software.wp" and part.status is PartStatus.SKIPPED
        ):
            yield f"{name}: {report.lacks(name)}"


def some(words: Iterable[str]) -> str:
    """The first of several things, and how many more there are."""
    listed = list(words)
    shown = ", ".join(listed[:_SHOWN])
    return phrase("{shown} and {count} more", shown=shown, count=len(listed) - _SHOWN) if len(listed) > _SHOWN else shown


@dataclass(frozen=True, slots=True)
class WpWord:
    """A line of what wp-cli said: site, what it was asked, what it answered."""

    site: str
    key: str
    value: str


def wp_words(report: HostReport) -> tuple[WpWord, ...]:
    """What wp-cli said, empty if it was not asked."""
    return tuple(WpWord(*row) for row in report.rows("software.wp", 3))


def command(item: Item) -> str:
    """Brings an item up to date, ready to copy; in words where there is no command."""
    if item.product == "wordpress":
        return wp(item.path, item.owner, "core update", "core update-db", "core verify-checksums")
    template = _COMMANDS.get(item.product, "")
    return template.format(path=_quoted(item.path), user=_user(item.owner)) if template else ""


def wp(path: str, owner: str, *actions: str) -> str:
    """A command of wp-cli for one site, run as the site's own user."""
    # wp-cli refuses to run as root unless it is told to.
    user = _user(owner)
    start = f"sudo -u {user} -- wp" + (" --allow-root" if user == "root" else "")
    return " && ".join(f"{start} --path={_quoted(path)} {action}" for action in actions)


def _quoted(path: str) -> str:
    return shlex.quote(printable(path, 300))


def _user(owner: str) -> str:
    return owner if re.fullmatch(r"[a-z_][a-z0-9_-]{0,31}", owner) else "www-data"


def changes(item: Item) -> str:
    """What that changes, to stand after "This"."""
    return _CHANGES_SITE if item.site else _CHANGES_PANEL if item.product in ("plesk", "cpanel") else _CHANGES_PROGRAM


def target(item: Item, day: datetime.date) -> str:
    """The line to move to, in words."""
    release = item.state.release
    following = successor(item.entry, release, day) if item.entry is not None and release is not None else None
    if following is not None:
        return f"{item.title} {following.name}"
    return phrase("the newest version of {title}", title=item.title)


_COMMANDS = {
    "drupal": "cd {path} && composer update 'drupal/core-*' --with-all-dependencies && vendor/bin/drush updatedb && vendor/bin/drush cache:rebuild",
    "joomla": "sudo -u {user} -- php {path}/cli/joomla.php core:update",
    "typo3": "cd {path} && composer update 'typo3/*' --with-all-dependencies && vendor/bin/typo3 extension:setup",
    "nextcloud": "sudo -u {user} -- php {path}/updater/updater.phar",
    "roundcube": "bin/installto.sh {path}",
    "plesk": "plesk installer update",
    "cpanel": "/usr/local/cpanel/scripts/upcp",
}  # fmt: skip
_CHANGES_SITE = phrase(
    "replaces the program files of the site and changes its database; keep a copy of both, because plugins and themes may not fit the new version"
)
_CHANGES_PANEL = phrase("replaces the control panel and may restart the services that it looks after")
_CHANGES_PROGRAM = phrase("replaces the program; what depends on it has to be tested, and the service is away for a moment")
