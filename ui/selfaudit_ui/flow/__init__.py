"""Where the person stands and what comes next. Knows nothing of Qt."""

from selfaudit_ui.flow.steps import Primary, Run, Situation, Step, StepInfo, Todo, following, leading, primary, survey

__all__ = ["Primary", "Run", "Situation", "Step", "StepInfo", "Todo", "following", "leading", "primary", "survey"]
