"""patch.software."""

from __future__ import annotations

from selfaudit.facts.host import HostPart, HostReport, PartStatus
from tests.checks.build import Scenario
from tests.checks.host import SCOPE, report

CHECK = "patch.software"
DISTRIBUTION = "php|8.2.29|/usr/bin/php8.2|php8.2-cli|distribution\nopenssh|9.2p1|/usr/sbin/sshd|openssh-server|distribution\nmysql|5.5.62|/usr/sbin/mysqld|mysql-server|distribution"
SITE = "/var/www/shop"
GOOD_WP = f"{SITE}|core-checksums|ok\n{SITE}|plugin-checksums|ok"


def have(
    runtimes: str | PartStatus = "",
    panels: str | PartStatus = "",
    sites: str | PartStatus = "",
    more: tuple[HostPart, ...] = (),
    **parts: str | PartStatus,
) -> HostReport:
    texts = {"software.runtimes": runtimes, "software.panels": panels, "software.sites": sites}
    texts |= {f"software.{name}": text for name, text in parts.items()}
    return report(texts, more=more)


def of_system(system: str, runtimes: str) -> HostReport:
    """The same on another system."""
    return report({"software.runtimes": runtimes, "software.panels": "", "software.sites": ""}, system=system)


def one(name: str, made: HostReport, must: list[str], outcome: str, *must_not: str, **args: object) -> Scenario:
    return Scenario(name, [made, SCOPE], must, outcome, must_not, args)


CUT = HostPart("software.plugins", PartStatus.OK, (f"{SITE}|plugin|akismet|5.3|yes",), cut=True)
OTHER = report({"addresses": "eth0|198.51.100.9/24", "host": "name=other.example"}, name="other.example")

SCENARIOS = [
    one("old numbers of the distribution are no fault", have(DISTRIBUTION), ["SOFTWARE_OF_DISTRIBUTION", "SOFTWARE_NOTHING_FOUND"], "not-applicable", "SOFTWARE_ENDED", "SOFTWARE_NOT_KNOWN"),
    one("nothing at all", have(), ["SOFTWARE_NOTHING_FOUND"], "not-applicable", "SOFTWARE_SUPPORTED"),
    one("absent parts", have(PartStatus.ABSENT, PartStatus.ABSENT, ""), ["SOFTWARE_NOTHING_FOUND"], "not-applicable"),
    one("PHP 7.4 that no package owns", have("php|7.4.33|/usr/local/php74/bin/php|-|-"), ["SOFTWARE_ENDED"], "fail", "SOFTWARE_SUPPORTED", ended="2022-11-28", target="PHP 8.5", items="PHP 7.4.33 (/usr/local/php74/bin/php)"),
    one("PHP 8.1 of an archive", have("php|8.1.34|/usr/bin/php8.1|php8.1-cli|deb.sury.org"), ["SOFTWARE_ENDED"], "fail", ended="2025-12-31"),
    one("PHP 8.2 of an archive ends soon", have("php|8.2.30|/usr/bin/php8.2|php8.2-cli|deb.sury.org"), ["SOFTWARE_ENDS_SOON"], "warn", days=39, until="2026-12-31"),
    one("PHP 8.4 of an archive", have("php|8.4.20|/usr/bin/php8.4|php8.4-cli|deb.sury.org\n" + DISTRIBUTION), ["SOFTWARE_SUPPORTED", "SOFTWARE_OF_DISTRIBUTION"], "pass", "SOFTWARE_NOTHING_FOUND"),
    one("PHP 8.4.1 lacks fixes", have("php|8.4.1|/usr/bin/php8.4|php8.4-cli|deb.sury.org"), ["SOFTWARE_BEHIND"], "warn", "SOFTWARE_SUPPORTED", newest="8.4.18", since="2026-02-12"),
    one("PHP with a builder's own fixes", have("php|5.6.40|/opt/alt/php56/usr/bin/php|alt-php56|cloudlinux"), ["SOFTWARE_KEPT_BY_BUILDER"], "inconclusive", "SOFTWARE_ENDED"),
    one("a package whose origin is not told", have("php|7.4.33|/usr/bin/php7.4|php7.4-cli|-"), ["SOFTWARE_NOT_KNOWN"], "inconclusive", "SOFTWARE_ENDED", "SOFTWARE_SUPPORTED"),
    one("a vendor's package that is not in the list", have("docker|29.0.0|/usr/bin/dockerd|docker-ce|docker.com\nphp|8.4.20|/x|y|z"), ["SOFTWARE_OF_OTHER_SOURCE", "SOFTWARE_SUPPORTED"], "pass"),
    one("a program of our own that is not in the list", have("squid|6.1|/opt/squid/sbin/squid|-|-"), ["SOFTWARE_NOT_KNOWN"], "inconclusive"),
    one("a list that is too old", have("nginx|1.29.5|/usr/sbin/nginx|nginx|nginx.org"), ["SOFTWARE_NOT_KNOWN"], "inconclusive", "SOFTWARE_SUPPORTED"),
    one("MariaDB with a suffix", have("mariadb|10.6.21-MariaDB-log|/opt/mariadb/bin/mariadbd|-|-"), ["SOFTWARE_ENDED"], "fail", ended="2026-07-06"),
    one("many old things", have("\n".join(f"php|7.4.{i}|/opt/php{i}/bin/php|-|-" for i in range(40))), ["SOFTWARE_ENDED"], "fail"),
    one("more products than are shown one by one", have("\n".join(f"{p}|{v}|/opt/x|-|-" for p, v in (
        ("php", "5.6.1"), ("php", "7.0.1"), ("php", "7.1.1"), ("php", "7.2.1"), ("php", "7.3.1"), ("php", "7.4.1"), ("php", "8.0.1"), ("mysql", "5.5.1"),
        ("mysql", "5.6.1"), ("mysql", "5.7.1"), ("node", "12.1.0"), ("node", "14.1.0"), ("node", "16.1.0"), ("node", "18.1.0"),
    ))), ["SOFTWARE_ENDED", "SOFTWARE_NOT_KNOWN"], "fail"),
    one("an old Plesk", have(panels="plesk|18.0.50|Web Host"), ["SOFTWARE_ENDED"], "fail", command="plesk installer update"),
    one("a Plesk newer than the list", have(panels="plesk|18.0.74|Web Pro"), ["SOFTWARE_NOT_KNOWN"], "inconclusive"),
    one("an old cPanel in its old way of writing", have(panels="cpanel|11.102.0.5|"), ["SOFTWARE_ENDED"], "fail"),
    one("a panel that is not in the list", have(panels="hestia|1.9.4|"), ["SOFTWARE_NOT_KNOWN"], "inconclusive"),
    one("TYPO3 13", have(sites="typo3|/var/www/cms|13.4.30|cms"), ["SOFTWARE_SUPPORTED"], "pass"),
    one("TYPO3 11 has an extension", have(sites="typo3|/var/www/cms|11.5.50|cms"), ["SOFTWARE_EXTENSION_NOT_VISIBLE"], "inconclusive", "SOFTWARE_ENDED", who="TYPO3 ELTS"),
    one("Joomla 3", have(sites="joomla|/var/www/j|3.10.12|web1"), ["SOFTWARE_ENDED"], "fail"),
    one("Joomla 5 lacks fixes", have(sites="joomla|/var/www/j|5.1.0|web1"), ["SOFTWARE_BEHIND"], "warn", newest="5.4.0", command="sudo -u web1 -- php /var/www/j/cli/joomla.php core:update"),
    one("Drupal 7", have(sites="drupal|/var/www/d|7.103|web1"), ["SOFTWARE_ENDED"], "fail", ended="2025-01-05"),
    one("WordPress 6.8 is an old line", have(sites=f"wordpress|{SITE}|6.8.3|shop", wp=GOOD_WP), ["SOFTWARE_OLD_LINE"], "warn", "SOFTWARE_ENDED", ended="2025-12-02"),
    one("WordPress 4.5 gets nothing", have(sites=f"wordpress|{SITE}|4.5.33|shop"), ["SOFTWARE_ENDED"], "fail"),
    one("WordPress 7.0 was replaced by 7.1", have(sites=f"wordpress|{SITE}|7.0|shop", wp=GOOD_WP), ["SOFTWARE_OLD_LINE"], "warn", ended="2026-08-19", target="WordPress 7.1"),
    one("WordPress 7.1", have(sites=f"wordpress|{SITE}|7.1.3|shop", wp=GOOD_WP), ["SOFTWARE_SUPPORTED"], "pass"),
    one("WordPress 7.1.0", have(sites=f"wordpress|{SITE}|7.1|shop", wp=GOOD_WP), ["SOFTWARE_BEHIND"], "warn", newest="7.1.3"),
    one("WordPress 7.2 is not in the list", have(sites=f"wordpress|{SITE}|7.2|shop", wp=GOOD_WP), ["SOFTWARE_NOT_KNOWN"], "inconclusive"),
    one("FreeBSD's own programs", of_system("freebsd", "openssl|1.1.1t|/usr/bin/openssl|-|-\nopenssh|9.0|/usr/sbin/sshd|-|-\nsendmail|8.17|/usr/libexec/sendmail/sendmail|-|-"), ["SOFTWARE_OF_DISTRIBUTION", "SOFTWARE_NOTHING_FOUND"], "not-applicable", "SOFTWARE_ENDED", "SOFTWARE_BEHIND", "SOFTWARE_NOT_KNOWN"),
    one("FreeBSD's own programs as packages", of_system("freebsd", "openssl|1.1.1t|/usr/bin/openssl|FreeBSD-openssl|FreeBSD-base"), ["SOFTWARE_OF_DISTRIBUTION"], "not-applicable", "SOFTWARE_ENDED"),
    one("not a part of FreeBSD", of_system("freebsd", "openssl|1.1.1t|/usr/local/bin/openssl|-|-"), ["SOFTWARE_ENDED"], "fail", "SOFTWARE_OF_DISTRIBUTION"),
    one("the same place on Debian is no part of the system", have("openssl|1.1.1t|/usr/bin/openssl|-|-"), ["SOFTWARE_ENDED"], "fail", "SOFTWARE_OF_DISTRIBUTION"),
    one("Windows's own programs", of_system("windows", "openssh|8.1p1|C:\\Windows\\System32\\OpenSSH\\sshd.exe|-|-"), ["SOFTWARE_OF_DISTRIBUTION"], "not-applicable", "SOFTWARE_ENDED"),
    one("not a part of Windows", of_system("windows", "php|7.4.33|C:\\php\\php.exe|-|-"), ["SOFTWARE_ENDED"], "fail"),
    *(one(f"a distribution's mark: {version}", have(f"php|{version}|/usr/bin/php|{package}|-"), ["SOFTWARE_OF_DISTRIBUTION"], "not-applicable", "SOFTWARE_NOT_KNOWN", "SOFTWARE_ENDED") for version, package in (
        ("7.4.33-1+deb11u5", "php7.4-cli"), ("7.4.3-4ubuntu2.29", "php7.4-cli"), ("7.4.33-2~deb12u1", "-"), ("7.2.24-1.module_el8.2.0+313+b04d0a66.1.el9", "php-cli"), ("7.4.33-150400.4.1", "php7"),
    )),
    *(one(f"the mark of another builder: {version}", have(f"php|{version}|/usr/bin/php|php|-"), ["SOFTWARE_NOT_KNOWN"], "inconclusive", "SOFTWARE_OF_DISTRIBUTION") for version in (
        "7.4.33-11.el9.remi", "7.4.33-8+0~20230904.86+debian12~1.gbpd8bac8", "7.4.33-1+ubuntu22.04.1+deb.sury.org+1", "7.4.33",
    )),
    one("a site without a version", have(sites=f"wordpress|{SITE}||"), ["SOFTWARE_NOT_KNOWN"], "inconclusive"),
    one("changed core files", have(sites=f"wordpress|{SITE}|6.8.3|shop", wp=f"{SITE}|core-checksums|failed"), ["SOFTWARE_FILES_CHANGED"], "fail", command=f"sudo -u shop -- wp --path={SITE} core download --force --skip-content"),
    one("changed plugin files", have(sites=f"wordpress|{SITE}|6.8.3|shop", wp=f"{SITE}|plugin-checksums|failed"), ["SOFTWARE_FILES_CHANGED"], "fail", what="wp plugin verify-checksums --all"),
    one("pending updates by wp-cli", have(sites=f"wordpress|{SITE}|6.9|shop", plugins=f"{SITE}|plugin|akismet|5.3|yes", wp=f"{GOOD_WP}\n{SITE}|core-update|7.0\n{SITE}|plugin-update|akismet 5.5"), ["SOFTWARE_SITE_UPDATE_PENDING", "SOFTWARE_PLUGIN_UPDATES_PENDING"], "warn", "SOFTWARE_PLUGINS_NOT_COMPARED", count=1),
    one("plugins that nobody compared", have("php|8.4.20|/x|y|z", sites=f"wordpress|{SITE}|6.8.3|shop", plugins=f"{SITE}|plugin|akismet|5.3|yes"), ["SOFTWARE_PLUGINS_NOT_COMPARED", "SOFTWARE_SUPPORTED"], "inconclusive"),
    one("wp-cli that did not run", have(sites=f"wordpress|{SITE}|6.8.3|shop", plugins=f"{SITE}|plugin|akismet|5.3|yes", wp=f"{SITE}|core-checksums|not run\n{SITE}|plugin-checksums|not run"), ["SOFTWARE_PLUGINS_NOT_COMPARED"], "inconclusive", "SOFTWARE_FILES_CHANGED"),
    one("a hostile path", have(sites="wordpress|/var/www/$(id);x'y|4.5|root; id"), ["SOFTWARE_ENDED"], "fail", command="sudo -u www-data -- wp --path='/var/www/$(id);x'\"'\"'y' core update && sudo -u www-data -- wp --path='/var/www/$(id);x'\"'\"'y' core update-db && sudo -u www-data -- wp --path='/var/www/$(id);x'\"'\"'y' core verify-checksums"),
    one("a list that was full", have("php|8.4.20|/x|y|z", sites=f"wordpress|{SITE}|6.8.3|shop", wp=GOOD_WP, more=(CUT,)), ["SOFTWARE_PARTIAL", "SOFTWARE_SUPPORTED"], "inconclusive"),
    *(one(f"sites {status}", have("php|8.4.20|/x|y|z", sites=status), ["SOFTWARE_PARTIAL"], "inconclusive") for status in PartStatus if status not in (PartStatus.OK, PartStatus.ABSENT)),
    one("no part about software", report(), ["SOFTWARE_NOT_IN_FILE"], "inconclusive"),
    one("all parts denied", have(PartStatus.DENIED, PartStatus.DENIED, PartStatus.DENIED), ["SOFTWARE_NOT_IN_FILE"], "inconclusive", "SOFTWARE_NOTHING_FOUND"),
    one("another server's file", OTHER, ["SOFTWARE_OTHER_HOST"], "inconclusive"),
    one("an old file", report(taken="2026-11-01T06:00:00Z"), ["SOFTWARE_FILE_TOO_OLD"], "inconclusive"),
    one("a clock that is ahead", report(taken="2027-11-22T06:00:00Z"), ["SOFTWARE_CLOCK"], "inconclusive"),
    one("a file that was changed", report(genuine=False, damage=("x",)), ["SOFTWARE_FILE_CHANGED"], "inconclusive"),
]  # fmt: skip
