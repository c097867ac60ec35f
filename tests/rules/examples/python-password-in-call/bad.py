import boto3
import psycopg2
import redis

psycopg2.connect(host="db", user="app", password="Wint3r-comes")  # expect: python-password-in-call
redis.Redis(host="cache", password="Wint3r-comes")  # expect: python-password-in-call
boto3.client("s3", aws_access_key_id=name(), aws_secret_access_key="Wint3r-comes-and-goes")  # expect: python-password-in-call
