"""Sources: one room per published dataset, from the publisher's file to a declared table, its issues and its origin."""
