"""What hostile trials found: each fault as its user would meet it, held by the right value."""
