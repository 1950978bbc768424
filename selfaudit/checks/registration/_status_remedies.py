"""What to do about the state of a domain: for a domain of one's own, and for one that is registered to somebody else."""

from __future__ import annotations

from dataclasses import replace

from selfaudit.checks.registration._registry import LOOK_BY_HAND, NAMED, NAMED_THEIRS
from selfaudit.findings import Remedy, Who
from selfaudit.i18n import N_

_TRACE = "dig +trace {domain} NS"
_CLIENT_HOLD_GONE = N_(" It worked when “client hold” no longer stands under “status”.")
_SERVER_HOLD_GONE = N_(" It worked when “server hold” no longer stands under “status”.")
_REDEMPTION_GONE = N_(" It worked when “redemption period” no longer stands under “status”.")
_RESTORE_GONE = N_(" It worked when neither “pending restore” nor “pending delete” stands under “status” any more.")
_DELETION_GONE = N_(" It worked when “pending delete” no longer stands under “status”.")
_STATES_GONE = N_(" It worked when this no longer stands under “status”: {states}.")
_LOCK_KNOWN = N_(
    " It is in order when this no longer stands under “status” ({states}), or when {registrar} confirms who wanted it."
)

CLIENT_HOLD = Remedy(
    N_(
        "Only your registrar ({registrar}) can lift this. Look for its mails, also among the spam: one that asks you to confirm your "
        "address, a bill, or a notice of a complaint. Confirm, pay or answer it, then ask the registrar to lift the hold. Your host "
        "cannot do it for you."
    )
    + _CLIENT_HOLD_GONE,
    verify="{command}",
    steps_by={
        Who.HOLDER: N_(
            "Tell the holder of {domain}: only their registrar ({registrar}) can lift this. They should look for its mails, also among "
            "the spam: one that asks them to confirm their address, a bill, or a notice of a complaint. They should confirm, pay or "
            "answer it, then ask the registrar to lift the hold. You cannot do it for them."
        )
        + _CLIENT_HOLD_GONE
    },
    who=Who.REGISTRAR,
    minutes=30,
)
SERVER_HOLD = Remedy(
    N_(
        "Only the registry can lift this, and it talks to registrars: ask {registrar} for the reason and for what the registry "
        "wants. If it is a complaint about abuse, mend the cause first and send proof of it."
    )
    + _SERVER_HOLD_GONE,
    verify="{command}",
    steps_by={
        Who.HOLDER: N_(
            "Tell the holder of {domain}: only the registry can lift this, and it talks to registrars. They should ask their registrar "
            "({registrar}) for the reason and for what the registry wants. If it is a complaint about abuse, mend the cause together "
            "first, and send proof of it."
        )
        + _SERVER_HOLD_GONE
    },
    who=Who.REGISTRAR,
    minutes=60,
)
REDEMPTION = Remedy(
    N_(
        "Call {registrar} today, say that you want {domain} restored, and ask what it costs: a restore has to be ordered and paid through "
        "the registrar that held it last. Keep the confirmation for your request."
    )
    + _REDEMPTION_GONE,
    verify="{command}",
    steps_by={
        Who.HOLDER: N_(
            "Tell the holder of {domain}: if they want to keep it, they should call their registrar ({registrar}) today, order the restore "
            "and ask what it costs. Only the registrar that held it last can do it."
        )
        + _REDEMPTION_GONE
    },
    who=Who.REGISTRAR,
    minutes=30,
)
RESTORING = Remedy(
    N_("Ask {registrar} whether the restore of {domain} is paid and its report is handed in, and when it will be done.")
    + _RESTORE_GONE,
    verify="{command}",
    steps_by={
        Who.HOLDER: N_(
            "Tell the holder of {domain}: they should ask their registrar ({registrar}) whether the restore is paid and its report is "
            "handed in, and when it will be done."
        )
        + _RESTORE_GONE
    },
    who=Who.REGISTRAR,
    minutes=15,
)
DELETING = Remedy(
    N_(
        "Call {registrar} at once and ask whether a restore is still possible. If not, ask it to register {domain} for you the moment "
        "it becomes free, and plan with another domain for your mail until then."
    )
    + _DELETION_GONE,
    verify="{command}",
    steps_by={
        Who.HOLDER: N_(
            "Tell the holder of {domain}: they should call their registrar ({registrar}) at once and ask whether a restore is still "
            "possible. If not, the registrar can try to register it for them the moment it becomes free; until then they need another "
            "domain for their mail."
        )
        + _DELETION_GONE
    },
    who=Who.REGISTRAR,
    minutes=30,
)
INACTIVE = Remedy(
    N_("Log in at {registrar} and enter the name servers of your DNS provider for {domain}; it takes some hours to show.")
    + NAMED,
    verify=_TRACE,
    steps_by={
        Who.HOLDER: N_(
            "Tell the holder of {domain}: they should log in at their registrar ({registrar}) and enter the name servers of the domain; "
            "it takes some hours to show. Tell them which ones, if you run them."
        )
        + NAMED_THEIRS
    },
    minutes=15,
)
SERVER_LOCK = Remedy(
    N_(
        "Ask {registrar} why the registry has locked {domain}. If you ordered the lock, nothing is to be done; write one sentence "
        "about it in your request."
    )
    + _LOCK_KNOWN,
    verify="{command}",
    steps_by={
        Who.HOLDER: N_(
            "Tell the holder of {domain}: they should ask their registrar ({registrar}) why the registry has locked it. If they ordered "
            "the lock, nothing is to be done; write one sentence about it in your request."
        )
        + _LOCK_KNOWN
    },
    who=Who.REGISTRAR,
    minutes=15,
)
NO_RENEWAL = Remedy(
    N_("Ask {registrar} why {domain} may not be renewed, and what has to be done before it expires.") + _STATES_GONE,
    verify="{command}",
    steps_by={
        Who.HOLDER: N_(
            "Tell the holder of {domain}: they should ask their registrar ({registrar}) why it may not be renewed, and what has to be "
            "done before it expires."
        )
        + _STATES_GONE
    },
    who=Who.REGISTRAR,
    minutes=15,
)
UNDER_WAY = Remedy(
    N_(
        "If you ordered it, wait until it is done, some days for a transfer, and run the audit again. If you know nothing of it, call "
        "{registrar} today: a transfer that nobody ordered can be stopped only while it is under way."
    )
    + _STATES_GONE,
    verify="{command}",
    steps_by={
        Who.HOLDER: N_(
            "Tell the holder of {domain} and ask whether they ordered it. If they did, wait until it is done, some days for a transfer. If "
            "they know nothing of it, they should call their registrar ({registrar}) today: a transfer that nobody ordered can be "
            "stopped only while it is under way."
        )
        + _STATES_GONE
    },
    who=Who.REGISTRAR,
    minutes=15,
)
CONTRADICTED = Remedy(
    N_(
        "Ask {registrar} which of both is right, and what has to be done if it is its own answer. Answer the mails of the registrar that "
        "ask you for something. Where the state changed today, one of both is only older: run the audit again tomorrow."
    )
    + _STATES_GONE,
    verify="{command}",
    steps_by={
        Who.HOLDER: N_(
            "Tell the holder of {domain}: they should ask their registrar ({registrar}) which of both is right, and answer its mails that ask "
            "them for something. Where the state changed today, one of both is only older: run the audit again tomorrow."
        )
        + _STATES_GONE
    },
    who=Who.REGISTRAR,
    minutes=15,
)
NOT_IN_DNS = Remedy(
    N_(
        "If {domain} was registered or changed today, wait some hours and run the audit again. Otherwise log in at {registrar}, look "
        "whether your name servers are entered for {domain}, and ask why the zone above does not know it."
    )
    + NAMED,
    verify=_TRACE,
    steps_by={
        Who.HOLDER: N_(
            "If {domain} was registered or changed today, wait some hours and run the audit again. Otherwise tell the holder of {domain}: "
            "they should log in at their registrar ({registrar}), look whether the right name servers are entered, and ask why the zone "
            "above does not know the domain."
        )
        + NAMED_THEIRS
    },
    minutes=15,
)
UNCLEAR = Remedy(
    N_(
        "Ask {registrar} whether {domain} is in order and what this means, or look at {page}. It is in order when the registrar says "
        "so in writing; keep that answer for your request."
    ),
    verify="{command}",
    steps_by={
        Who.HOLDER: N_(
            "Tell the holder of {domain}: they should ask their registrar ({registrar}) whether it is in order and what this means; you can "
            "look at {page} yourself. It is in order when the registrar says so in writing; keep that answer for your request."
        )
    },
    minutes=10,
)
UNREGISTERED = Remedy(
    N_(
        "Look whether the name is spelled right. If it was yours, it was lost: anybody may register it now and receive its mail, so "
        "register it again at once if you can, and remove it from your server's settings if you cannot. If you only host it, tell "
        "the customer whose domain it was."
    )
    + NAMED,
    verify=_TRACE,
    steps_by={
        Who.HOLDER: N_(
            "Look whether the name is spelled right. If it is, tell the holder of {domain}: it was lost, and anybody may register it now and "
            "receive its mail. They should register it again at once if they can; if they cannot, remove it from your server's settings."
        )
        + NAMED_THEIRS
    },
    minutes=30,
)
BELOW_PRIVATE = Remedy(
    N_(
        "Log in where {domain} was ordered, or look on the pages of the company behind {suffix}: is the name in order, and until when? "
        "Keep a picture of it with the date. In the DNS it is in order when the answer shows “status: NOERROR”."
    ),
    verify="dig {domain} SOA",
    minutes=10,
)
BY_HAND = replace(
    LOOK_BY_HAND,
    steps=LOOK_BY_HAND.steps + N_(" It is in order if it is registered and neither a hold nor a deletion is shown."),
)
