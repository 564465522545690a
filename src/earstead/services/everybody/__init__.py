"""What is known across users, as far as a viewer may see."""
