"""A demo's case in another of its worlds."""

from __future__ import annotations

from dataclasses import replace

from selfaudit.case import Registrant
from selfaudit.case.statement import Statement
from selfaudit.engine.draft import Draft
from selfaudit.engine.hosts import same_server


def in_world(draft: Draft, world: str) -> Draft:
    """A demo's draft as its person would have it in another world: what is the demo's own as it is there, the rest as somebody made it here."""
    from selfaudit.demo import WORLDS, demo_case, demo_inputs, demo_statement
    from selfaudit.demo.case_file import demo_signed_case

    case, there = demo_inputs(world)
    signed = demo_signed_case(world)
    own = draft.case_file in [demo_signed_case(w).data for w in WORLDS]
    declared = draft.registrant in [demo_case(w).registrant or Registrant() for w in WORLDS]
    return replace(
        draft,
        demo=world,
        case_file=signed.data if own else draft.case_file,
        case_signature=signed.signature if own else draft.case_signature,
        registrant=(case.registrant or Registrant()) if declared else draft.registrant,
        hosts=tuple(next((new for new in there.hosts if same_server(old, new)), old) for old in draft.hosts),
        messages=tuple(next((new for new in there.messages if new.name == old.name), old) for old in draft.messages),
        ledgers=tuple(next((new for new in there.ledgers if new.name == old.name), old) for old in draft.ledgers),
        statement=demo_statement(world, draft.provider) if draft.statement == Statement() else draft.statement,
    )
