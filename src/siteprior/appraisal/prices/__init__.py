"""What homes would fetch: a price surface fitted to sales and tried out on land it has not seen."""
