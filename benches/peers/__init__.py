"""What people use today, each as an expert of it would write it."""
