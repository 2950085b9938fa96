"""Any bytes at all: specifications, scenarios, captures, messages, whole turns. Only named errors may come of them."""
