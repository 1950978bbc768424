"""From findings to what to do: grouped in the order in which a person should act."""

from selfaudit.remedy.groups import GROUP_TITLES, Action, Advice, Group, GroupKey, group_actions

__all__ = ["GROUP_TITLES", "Action", "Advice", "Group", "GroupKey", "group_actions"]
