"""The words of patch.os-support, by the names of its tags."""

from __future__ import annotations

from dataclasses import replace

from selfaudit.findings import Message, Remedy, Severity
from selfaudit.i18n import N_

SHOW_RELEASE = "cat /etc/os-release"

_UPGRADE = Remedy(
    N_(
        "Make a backup that does not lie on this server, then move to {target}. The record below has the documented way; read the release notes "
        "first. This {changes}. After a break-in a new server with a supported release, to which only data is moved, is often quicker and always "
        "cleaner than an upgrade of the old one."
    ),
    verify=SHOW_RELEASE,
    record="{command}",
    minutes=120,
)
_SHOW_OR_UPGRADE = replace(
    _UPGRADE,
    steps=N_(
        "If the server is subscribed to the extension, show the contract or the output of the subscription tool, and run the collector as "
        "administrator. If it is not, make a backup and move to {target}: the record below has the documented way. This {changes}."
    ),
)

SUPPORT_MESSAGES = {
    "OK": Message(
        Severity.GOOD, N_("{host} runs {system}, which gets security updates from its makers until {until} (list of {as_of}).")
    ),
    "SOON": Message(
        Severity.LOW,
        N_("{host} runs {system}. Its security updates end on {until}, in {days} days. Plan the upgrade now."),
        _UPGRADE,
    ),
    "LTS": Message(
        Severity.GOOD,
        N_("{host} runs {system}. Its makers' own updates are over; {who} makes security updates for it until {until}."),
    ),
    "LTS_NOT_SET_UP": Message(
        Severity.MEDIUM,
        N_(
            "{host} runs {system}, for which {who} makes security updates until {until}, but none of its package sources is one for security updates, "
            "so they do not reach this server."
        ),
        Remedy(
            N_(
                "Add the package source “{suite}” to /etc/apt/sources.list, as www.debian.org/security has it for this release, then refresh the lists and install "
                "the updates. This {changes}."
            ),
            verify="apt-cache policy | grep -i security",
            record="{command}",
            minutes=20,
        ),
    ),
    "EXTENDED": Message(
        Severity.GOOD,
        N_(
            "{host} runs {system}. Regular updates are over; it gets security updates by {who} until {until}, and is subscribed to them."
        ),
    ),
    "NOT_SUBSCRIBED": Message(
        Severity.HIGH,
        N_(
            "{host} runs {system}. Its free security updates ended on {ended}; {who} still has some until {until}, but this server is not subscribed to it. "
            "It gets no security updates."
        ),
        replace(
            _UPGRADE,
            stacks={
                "Ubuntu Pro": "pro attach TOKEN && pro enable esm-infra && apt-get update && apt-get dist-upgrade",
                "Red Hat": "subscription-manager register && subscription-manager repos --list",
                "SUSE": "SUSEConnect --list-extensions",
            },
        ),
    ),
    "NOT_ENABLED": Message(
        Severity.HIGH,
        N_(
            "{host} runs {system}. Its free security updates ended on {ended}. It is attached to Ubuntu Pro, but the part that has the updates of the system "
            "itself (esm-infra) is not among its package sources. It gets no security updates."
        ),
        Remedy(
            N_(
                "Switch esm-infra on with the command below and install what it brings. This adds a package source and replaces the packages that have "
                "security updates; a restart may be needed. If it says that the subscription does not cover this release any more, move to {target}."
            ),
            verify="pro status && apt-cache policy | grep esm",
            record="pro enable esm-infra && apt-get update && apt-get dist-upgrade",
            minutes=30,
        ),
    ),
    "CANNOT_SEE": Message(
        Severity.UNKNOWN,
        N_(
            "{host} runs {system}. Its regular security updates ended on {ended}. Subscribers of {who} get some until {until}; whether this server is one of them "
            "cannot be seen."
        ),
        _SHOW_OR_UPGRADE,
    ),
    "ENDED": Message(
        Severity.HIGH,
        N_(
            "{host} runs {system}. Its security updates ended on {ended}, {days} days ago. Holes that became known since then stay open."
        ),
        _UPGRADE,
    ),
    "POINT": Message(
        Severity.HIGH,
        N_(
            "{host} runs {system}. {newest} has been out since {since} at the latest, and older point releases get no security updates any more."
        ),
        Remedy(
            N_("Install all updates; they bring the newest point release. This {changes}."),
            verify=SHOW_RELEASE,
            record="{command}",
            minutes=30,
        ),
    ),
    "POINT_BY_OTHERS": Message(
        Severity.UNKNOWN,
        N_(
            "{host} runs {system}. {newest} has been out since {since} at the latest; older point releases get security updates only with {who}. Whether this "
            "server has it cannot be seen."
        ),
        Remedy(
            N_(
                "If the server is subscribed to such updates, show the contract. If it is not, install all updates; they bring the newest point release. This "
                "{changes}. Where the release was locked, unlock it before: subscription-manager release --unset."
            ),
            verify=SHOW_RELEASE,
            record="{command}",
            minutes=30,
        ),
    ),
    "POINT_UNCERTAIN": Message(
        Severity.UNKNOWN,
        N_(
            "{host} runs {system}. {line} gets security updates until {until}, but only its newest point release does. When our list was written ({as_of}) "
            "that was {newest}; there may be a newer one by now."
        ),
        Remedy(
            N_(
                "Install all updates; they bring the newest point release if there is one. This {changes}. Then run the collector again: with fresh package lists "
                "and nothing left to install it is the newest one."
            ),
            verify=SHOW_RELEASE,
            record="{command}",
            minutes=30,
        ),
    ),
    "UNRELEASED": Message(
        Severity.MEDIUM,
        N_(
            "{host} runs {system}, which is not released yet. Nobody promises security updates for it, and they often come late."
        ),
        Remedy(
            N_("Move to a stable release. From here there is no way back but a new installation: {command}. This {changes}."),
            verify=SHOW_RELEASE,
            minutes=120,
        ),
    ),
    "ROLLING": Message(
        Severity.NONE,
        N_(
            "{host} runs {system}, which has no releases that end. It is supported as long as all updates are installed; the check of updates looks at that."
        ),
    ),
    "NOT_LISTED": Message(
        Severity.UNKNOWN,
        N_(
            "{host} runs {system} (ID {id}, version {version}). Our list of {as_of} does not say until when it gets security updates, so whether it still does is not known."
        ),
        Remedy(
            N_(
                "Look the release up on its makers' pages, and show the page with the date in your statement if it is supported."
            ),
            verify=SHOW_RELEASE,
            minutes=10,
        ),
    ),
}
