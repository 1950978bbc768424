"""From findings to what to do: grouped in the order in which a person should act."""

from selfaudit.remedy.delisting import Delisting, NotKnown, Precondition, plan_of, unknown_of
from selfaudit.remedy.groups import GROUP_TITLES, Action, Advice, Group, GroupKey, alike_words, group_actions, said_once

__all__ = [
    "GROUP_TITLES",
    "Action",
    "Advice",
    "Delisting",
    "Group",
    "GroupKey",
    "NotKnown",
    "Precondition",
    "alike_words",
    "group_actions",
    "plan_of",
    "said_once",
    "unknown_of",
]
