"""A whole show on one machine: cast, plots, stage, review; the only code of callin that sees both sides."""
