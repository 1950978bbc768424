"""`python -m selfaudit_ui`."""

from selfaudit_ui.app import main

if __name__ == "__main__":
    main()
