"""What breaks while telling, many times over, counted: ``make faults``."""
