"""What visitors find on a domain's own pages: who is behind them, where to report abuse, and whether the way is safe."""
