"""Sends a verdict to other systems, one destination a module. Never changes the verdict; imports boto3 only when used."""
