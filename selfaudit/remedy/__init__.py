"""From findings to what to do: grouped in the order in which a person should act."""

from selfaudit.remedy.groups import GROUP_TITLES, Action, Advice, Group, GroupKey, alike_words, group_actions, said_once

__all__ = ["GROUP_TITLES", "Action", "Advice", "Group", "GroupKey", "alike_words", "group_actions", "said_once"]
