"""The stops of the tour: what each shows, and what is said there. Knows nothing of Qt."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from selfaudit.i18n import N_

BEFORE, AFTER = "broken", "fixed"  # the worlds between which the tour switches


class Need(IntEnum):
    """What must be there before a stop can be shown; each includes those before it."""

    CASE = 1  # the demo's case is open
    RUN = 2  # its audit has begun
    RESULTS = 3  # its audit has finished
    BUNDLE = 4  # the bundle with its report is open on the desk's page


@dataclass(frozen=True, slots=True)
class Goal:
    """A state of the app.

    Attributes:
        page: that is open then.
        need: what must be there.
        world: in which the case stands, "" for any.
    """

    page: str
    need: Need
    world: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop.

    Attributes:
        goal: the state in which the app is to be.
        title: what it is about.
        words: what the customer sees there.
        desk: what the provider's desk gets from it.
        heading: of that.
    """

    goal: Goal
    title: str
    words: str
    desk: str
    heading: str = N_("What the desk gets")


STOPS: tuple[Stop, ...] = (
    Stop(
        Goal("start", Need.CASE),
        N_("A case file from the provider"),
        N_(
            "The customer opens the file that support has sent. Case number, deadline and what the provider asks for are "
            "filled in, in plain words."
        ),
        N_("The provider sets targets, clauses and deadline, and its signature shows that nobody has changed them."),
    ),
    Stop(
        Goal("targets", Need.CASE),
        N_("What is checked"),
        N_(
            "Domains and servers come from the case file; the customer adds what else is theirs: a server seen from inside, a "
            "message that was sent, the record of consent."
        ),
        N_("It sees what was checked and what was not. Servers that nobody named are never touched."),
    ),
    Stop(
        Goal("permission", Need.CASE),
        N_("What would be sent, and to whom"),
        N_(
            "Before anything is sent, the customer sees who would be asked, how often and why. Public records may be looked up; "
            "no server is tested without permission."
        ),
        N_("The signed case file proves the permission for exactly the targets in it. The report lists what was sent."),
    ),
    Stop(
        Goal("audit", Need.RUN, BEFORE),
        N_("The audit, live"),
        N_(
            "The audit runs now, on an invented internet inside this computer. It can be stopped at any time, and goes on "
            "where it was."
        ),
        N_("What could not be seen is called “cannot tell”, with the reason. It never counts as good."),
    ),
    Stop(
        Goal("fix", Need.RESULTS, BEFORE),
        N_("What to fix first"),
        N_(
            "What blocks comes first, with the clause that it touches and the steps to mend it, for the customer's own "
            "software where it matters. “Check again” shows whether it worked."
        ),
        N_("The customer repairs before writing, and sees what the policy means for their own server."),
    ),
    Stop(
        Goal("fix", Need.RESULTS, AFTER),
        N_("Before and now"),
        N_(
            "The same customer after all repairs. Everything was checked again, and each finding shows how it was before and "
            "how it is now."
        ),
        N_("Fixed means that it was seen to be fixed. What is only planned stays “planned”, to the last page."),
    ),
    Stop(
        Goal("statement", Need.RESULTS, AFTER),
        N_("What happened, in the customer's words"),
        N_(
            "The customer states the cause, what was done and what is planned. The questions come from the provider's policy; "
            "nothing is stated that the customer has not stated."
        ),
        N_("A cause with dates and files that show it, where tickets otherwise say only “solved, please reactivate”."),
    ),
    Stop(
        Goal("report", Need.RESULTS, AFTER),
        N_("The report"),
        N_(
            "The pages look as they will be sent: on the first one how the case stands and what is open, then clause by "
            "clause, with the evidence."
        ),
        N_("One page tells whether the case is ready. Behind it, every result can be repeated by hand."),
    ),
    Stop(
        Goal("open-bundle", Need.BUNDLE, AFTER),
        N_("What the desk sees"),
        N_(
            "The customer sends one file, and this is the provider's side of it. The file is not simply believed: its evidence "
            "is judged again on this computer."
        ),
        N_("It sees whether the file is whole, complete, recent and signed, and can ask the public records again itself."),
    ),
    Stop(
        Goal("start", Need.CASE),
        N_("How to begin"),
        N_("That is the whole way: one signed file to the customer, one bundle back. The leaflet sums it up on one page."),
        N_(
            "A provider makes a pack from its own policy, creates a signing key, and sends a first case file. The same pack "
            "also serves as a check before a contract."
        ),
        N_("What to do next"),
    ),
)
