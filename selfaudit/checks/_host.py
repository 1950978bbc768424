"""What every check of a server's inside asks first: is this file about this server, about now, and unchanged?"""

from __future__ import annotations

from selfaudit.facts.host import HostReport, HostScope
from selfaudit.findings import Message, Remedy, Severity
from selfaudit.i18n import N_, phrase
from selfaudit.protocols.host_scope import belonging, day_of, moment, trouble

_AGAIN = N_("selfaudit collect --ssh USER@{host}, or run the collector on the server again and read its file")

OTHER_HOST = Message(
    Severity.UNKNOWN,
    N_(
        "Nothing ties the collector's file of “{host}” to this case: none of its addresses ({addresses}) and not its name belongs to it{strange}. It "
        "may be the file of another server, so nothing in it is judged."
    ),
    Remedy(
        N_(
            "If it is the right server, name its public address: add the address to what is checked, and say with it that the file belongs to it "
            "(--host-facts ADDRESS=FILE, or the field beside the file in the app). Servers behind address translation do not know their public address."
        ),
        verify=_AGAIN,
        minutes=5,
    ),
)
TOO_OLD = Message(
    Severity.UNKNOWN,
    N_(
        "The collector's file of {host} was made on {taken} UTC, {days} days before this audit. What a server looked like then says little about "
        "today."
    ),
    Remedy(N_("Run the collector on the server again and read the new file."), verify=_AGAIN, minutes=5),
)
CLOCK = Message(
    Severity.UNKNOWN,
    N_(
        "The collector's file of {host} gives as its time (UTC): {taken}. It reached this computer on {received} UTC. One of the two clocks is wrong, so "
        "ages and dates cannot be told."
    ),
    Remedy(
        N_("Set the server's clock (timedatectl set-ntp true, or ntpdate), and run the collector again."),
        verify="date -u",
        stacks={
            "systemd": "timedatectl set-ntp true",
            "chrony": "chronyc makestep",
            "FreeBSD": "sysrc ntpd_enable=YES ntpd_sync_on_start=YES; service ntpd restart",
        },
        minutes=5,
    ),
)
CHANGED = Message(
    Severity.UNKNOWN,
    N_("The collector's file of {host} was changed after it was made ({why}). Nothing in it is judged."),
    Remedy(
        N_("Run the collector again and hand its file on as it is, without opening it in a word processor."),
        verify=_AGAIN,
        minutes=5,
    ),
)
# For a part of the file that a check cannot do without. Arguments: host, part, why.
NOT_IN_FILE = Message(
    Severity.UNKNOWN,
    N_("The collector's file of {host} does not say it ({part}): {why}."),
    Remedy(
        N_(
            "Run the collector again as administrator (root), on the running server if that is possible, and hand its whole file on. What a rescue system "
            "cannot show can be shown when the server runs again."
        ),
        verify=_AGAIN,
        minutes=5,
    ),
)


def standing(report: HostReport, scope: HostScope) -> tuple[str, dict[str, object]] | None:
    """The name of the tag ("OTHER_HOST", "TOO_OLD", "CLOCK", "CHANGED") and its arguments if the report must not be judged; None if it may.

    Every check of the families `patch` and `host` has these four tags and asks this before anything else.
    """
    why = trouble(report, scope)
    if not why:
        return None
    tied = belonging(report, scope)
    seen = report.seen or report.received
    args: dict[str, object] = {
        "host": report.name,
        "taken": day_of(report.taken) or phrase("a time that cannot be read"),
        "received": day_of(report.received),
    }
    if why == "changed":
        return "CHANGED", args | {"why": "; ".join(report.damage)}
    if why == "other-host":
        strange = (
            phrase("; it is said to be that of {address}, which is not in this case", address=tied.strange)
            if tied.strange
            else ""
        )
        return "OTHER_HOST", args | {"addresses": ", ".join(tied.own[:6]) or phrase("none named"), "strange": strange}
    if why == "clock":
        return "CLOCK", args
    days = int(((moment(seen) or 0) - (moment(report.taken) or 0)) // 86_400)
    return "TOO_OLD", args | {"days": days}


def lacking(report: HostReport, part: str) -> dict[str, str]:
    """The arguments of `NOT_IN_FILE` for a part that says nothing."""
    return {"host": report.name, "part": part, "why": report.lacks(part)}
