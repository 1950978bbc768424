"""The words of patch.updates, by the names of its tags."""

from __future__ import annotations

from selfaudit.findings import Message, Remedy, Severity
from selfaudit.i18n import N_

_VERIFY = N_("{check} (on the server), then run the collector again and read its file")


def _remedy(steps: str, minutes: int = 20) -> Remedy:
    return Remedy(steps, verify=_VERIFY, record="{command}", minutes=minutes)


_INSTALL = N_(
    "Make sure that there is a backup. Then install the updates on the server with the command below. This {changes}. If the package manager asks "
    "whether to keep a configuration file, keep yours unless you know better."
)
_REFRESH = N_("Get new package lists with the command below, then run the collector again. This {changes}.")

UPDATES_MESSAGES = {
    "OK": Message(
        Severity.GOOD,
        N_("No update waits on {host}: its package manager ({manager}) names none, and its package lists are {age} old."),
    ),
    "SECURITY": Message(
        Severity.HIGH, N_("Security updates wait on {host} ({count}): {names}{kernel}."), _remedy(_INSTALL, 30)
    ),
    "VULNERABLE": Message(
        Severity.HIGH,
        N_("Packages with known security holes are installed on {host} ({count}): {names}. The system's own list of such holes says so."),
        _remedy(
            N_(
                "Bring the packages up to date with the command below. This {changes}. If there is no newer version yet, stop the service that needs "
                "the package, or remove the package, until there is one."
            ),
            30,
        ),
    ),
    "HELD_SECURITY": Message(
        Severity.HIGH,
        N_(
            "Security updates wait on {host} for packages that somebody told the package manager to leave alone ({count}): {names}. They are "
            "not updated until that hold is lifted."
        ),
        _remedy(
            N_(
                "Find out why the packages were held; often it was a passing reason. Then lift the hold and update them with the command below. "
                "This {changes}."
            ),
            30,
        ),
    ),
    "HELD_PENDING": Message(
        Severity.MEDIUM,
        N_(
            "Newer versions are there for packages that are held back on {host} ({count}): {names}. Whether they close security holes "
            "cannot be seen from the file."
        ),
        _remedy(
            N_(
                "Find out why the packages were held; often it was a passing reason. Then update them with the command below. This {changes}."
            ),
            30,
        ),
    ),
    "KEPT_BACK": Message(
        Severity.MEDIUM,
        N_(
            "The package manager of {host} keeps packages back although there are newer versions ({count}): {names}. Nobody set a hold on them that the "
            "file shows; mostly another package that they need is missing or clashes. Whether they close security holes cannot be seen from the file."
        ),
        _remedy(
            N_(
                "Look with the command below from which archive the newer versions are. This {changes}. Then ask for one of them by name "
                "(apt-get install NAME): apt says what stands in the way, and what it would remove before it does so."
            ),
            30,
        ),
    ),
    "STAGED": Message(
        Severity.LOW,
        N_(
            "Ubuntu keeps newer versions of packages back from {host} ({count}): {names}. This may be a staged roll-out: Ubuntu hands such updates to a part of "
            "the servers first. Nobody set a hold on them that the file shows, and security updates are not staged."
        ),
        _remedy(
            N_(
                "Look with the command below; this {changes}. A “phased” percentage beside a version means that it comes by itself within some days. If there is "
                "none, another package stands in the way: ask for the package by name (apt-get install NAME), and apt says which."
            ),
            10,
        ),
    ),
    "HELD_UNSEEN": Message(
        Severity.UNKNOWN,
        N_(
            "Packages on {host} are excluded from updates or locked ({count}): {names}. Its package manager ({manager}) leaves such packages out of its answer, "
            "so whether security updates wait for them cannot be told."
        ),
        _remedy(
            N_(
                "Look with the command below what waits for them; this {changes}. {next}"
            ),
            20,
        ),
    ),
    "ONE_SOURCE_STALE": Message(
        Severity.UNKNOWN,
        N_(
            "The package list of at least one source on {host} is {age} old, although others are newer. What that source has brought out since then does not "
            "show, so whether something waits cannot be told; lists count for {days} days."
        ),
        _remedy(
            N_(
                "Get the lists of all sources anew with the command below, and look whether one of them gives an error. This {changes}. Then run the collector "
                "again."
            ),
            10,
        ),
    ),
    "LOCKED_RELEASE": Message(
        Severity.UNKNOWN,
        N_(
            "The package sources of {host} ({system}) are locked to the release that is installed. What came out since then does not show in its package "
            "manager’s answer, so whether something waits cannot be told."
        ),
        _remedy(
            N_(
                "Bring the server to the newest release with the command below. This {changes}. To follow it from then on, write the word latest into "
                "/etc/dnf/vars/releasever, and run the collector again."
            ),
            30,
        ),
    ),
    "SYSTEM_ENDED": Message(
        Severity.UNKNOWN,
        N_(
            "{host} runs {system}, whose security updates ended on {ended}. Nothing in the file shows that anybody has made security updates for this server "
            "since then, so an empty list of updates says nothing."
        ),
        _remedy(
            N_(
                "Move to a release that still gets security updates; the point about the support of the operating system names the way, the command and what it "
                "changes. The command below installs what is still there. This {changes}."
            ),
            120,
        ),
    ),
    "HELD": Message(
        Severity.INFO,
        N_(
            "Packages on {host} are set to be left alone by updates ({count}): {names}. Nothing newer waits for them that the file shows, but later "
            "security updates will not reach them either."
        ),
    ),
    "UNMARKED": Message(
        Severity.MEDIUM,
        N_(
            "Updates wait on {host} from sources that do not say which of them are for security ({count}): {names}. Any of them may close a hole."
        ),
        _remedy(_INSTALL, 30),
    ),
    "OTHERS": Message(
        Severity.LOW,
        N_("Updates that are not for security wait on {host} ({count}): {names}."),
        _remedy(_INSTALL, 30),
    ),
    "ESM": Message(
        Severity.MEDIUM,
        N_(
            "Security updates for packages on {host} are only to be had with Ubuntu Pro ({count}): {names}. Ubuntu Pro on this server: {pro}."
        ),
        _remedy(
            N_(
                "Ubuntu Pro is free of charge for up to five machines of a person; get a token at ubuntu.com/pro. The command below {changes}. Or move "
                "to a release of Ubuntu that is still supported as a whole, or remove the packages if nothing needs them."
            ),
            30,
        ),
    ),
    "NO_SECURITY_SOURCE": Message(
        Severity.MEDIUM,
        N_(
            "Among the package sources of {host} there is none for security updates, so none can ever show up. All the package manager knows is the "
            "state of the last point release."
        ),
        _remedy(
            N_(
                "Add Debian's archive of security updates to the package sources: the page www.debian.org/security gives the line, its suite is "
                "“{suite}”. The command below opens the list of sources and then {changes}."
            )
        ),
    ),
    "BASE_MIXED": Message(
        Severity.MEDIUM,
        N_(
            "The parts of FreeBSD's base system on {host} do not fit: the programs are of {userland}, the kernel is of {kernel}. A patch or an upgrade "
            "was not finished."
        ),
        Remedy(
            N_("Finish it with the command below. This {changes}. If an upgrade to another release was begun, say the command again after the restart."),
            verify=N_("freebsd-version -kru (on the server), then run the collector again and read its file"),
            record="{command}",
            minutes=30,
        ),
    ),
    "BASE_UNSEEN": Message(
        Severity.UNKNOWN,
        N_(
            "Whether patches wait for FreeBSD's base system on {host} ({userland}) is not in the file: only freebsd-update knows, and it has to ask "
            "its servers for that."
        ),
        Remedy(
            N_(
                "Say the command below on the server. This {changes}. If freebsd-update does that by itself every day and notes it, the file shows it, "
                "and this point is settled."
            ),
            verify=N_("freebsd-update updatesready; freebsd-version -kru (on the server)"),
            record="{command}",
            minutes=20,
        ),
    ),
    "BROKEN": Message(
        Severity.MEDIUM,
        N_("The package manager of {host} says that its own state is damaged: {why}. Until that is mended, updates may not arrive."),
        _remedy(
            N_(
                "Mend the state of the packages with the command below, and read what it proposes before you agree. This {changes}. "
                "Then install the updates."
            ),
            30,
        ),
    ),
    "ERRORS": Message(
        Severity.UNKNOWN,
        N_("What waits on {host} cannot be told: {why}."),
        _remedy(
            N_(
                "Say the command below on the server. This {changes}. If it ends without an error, run the collector again; if not, its words say what "
                "to mend."
            )
        ),
    ),
    "STALE": Message(
        Severity.UNKNOWN,
        N_(
            "The package lists on {host} are {age} old. What came out since then does not show in them, so whether something waits cannot be told; lists "
            "count for {days} days."
        ),
        _remedy(_REFRESH, 5),
    ),
    "NO_AGE": Message(
        Severity.UNKNOWN,
        N_("How old the package lists on {host} are is not in the file, so whether something newer waits cannot be told."),
        _remedy(_REFRESH, 5),
    ),
    "CUT": Message(
        Severity.UNKNOWN,
        N_("The list of waiting updates of {host} is longer than the file shows, or it was cut off. There may be more than what is named here."),
        _remedy(N_("Look at the whole list with the command below; this {changes}. Install the updates, then run the collector again."), 10),
    ),
}  # fmt: skip
