"""What the frozen console program runs."""

from own_environment import give_back

give_back()

from selfaudit.cli import main  # noqa: E402 - whatever is loaded may start programs

if __name__ == "__main__":
    main()
