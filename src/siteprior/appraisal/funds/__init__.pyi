from .fund_rules import check_rules, rule_table

__all__ = [
    "check_rules",
    "rule_table",
]
