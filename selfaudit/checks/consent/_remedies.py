"""What can be done about a ledger, said once."""

from __future__ import annotations

from selfaudit.findings import Remedy
from selfaudit.i18n import N_

COMMAND = "selfaudit consent {ledger}"
ASK_AGAIN = Remedy(
    N_(
        "Mail only those who have confirmed. Ask the others once whether they want to stay, if you may still write to them, and take out who does not "
        "answer. Switch on double opt-in in your newsletter software, so that nobody is added before the link in the first message is followed."
    ),
    verify=COMMAND,
    minutes=120,
)
KEEP_PROOF = Remedy(
    N_(
        "Let the sign-up form note the time, the page, the IP address and the version of the text for each consent, and keep this as long as the "
        "recipient is on the list. Take out recipients for whom there is no proof at all."
    ),
    verify=COMMAND,
    minutes=120,
)
CONFIRM_COLUMNS = Remedy(
    N_(
        "Run the command in a terminal, look at the columns that it names, and confirm or correct them. Export missing columns from your software."
    ),
    verify="selfaudit consent {ledger} --remember",
    minutes=15,
)
NEW_EXPORT = Remedy(
    N_("Export the ledger again as CSV with commas and in UTF-8, and do not open and save it in a spreadsheet on the way."),
    verify=COMMAND,
    minutes=15,
)
EXPLAIN = Remedy(
    N_(
        "Look at these rows. Explain to the desk how they came about, with evidence, or take the recipients out until they have confirmed."
    ),
    verify=COMMAND,
    minutes=60,
)
TAKE_OUT = Remedy(
    N_(
        "Stop mailing these recipients now, and let your software take them out by itself from now on. Keep their records as proof."
    ),
    verify=COMMAND,
    minutes=60,
)
