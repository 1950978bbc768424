"""From an incident to an appeal: what the notice means for the case, the interview, the statement and the text for the ticket."""
