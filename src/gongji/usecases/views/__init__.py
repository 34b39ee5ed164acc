"""What each viewer sees. Views only read; what a viewer may not know is in none of their values."""
