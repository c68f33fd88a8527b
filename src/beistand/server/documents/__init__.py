"""What leaves the house on paper or as a file: XML, letters as PDF, mails. Nothing here decides an amount."""
