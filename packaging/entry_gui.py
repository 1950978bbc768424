"""What the frozen windowed program runs."""

from own_environment import give_back
from own_locale import settle

give_back()
settle()

from selfaudit_ui.app import main  # noqa: E402 - whatever is loaded may start programs

if __name__ == "__main__":
    main()
